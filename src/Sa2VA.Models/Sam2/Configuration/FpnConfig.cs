namespace Sa2VA.Models.Sam2;

/// <summary>The feature pyramid on top of the trunk.</summary>
public sealed record FpnConfig
{
    /// <summary>Channels of every level.</summary>
    public int DModel { get; init; } = 256;

    /// <summary>Levels (0 is the finest) that receive the coarser level's result.</summary>
    public int[] TopDownLevels { get; init; } = [2, 3];

    /// <summary>Coarsest levels that are dropped after the pyramid.</summary>
    public int Scalp { get; init; } = 1;

    /// <summary>The sine maps that go with the levels.</summary>
    public SineConfig Position { get; init; } = new() { Width = 256 };
}

/// <summary>A two-dimensional sine position map.</summary>
public sealed record SineConfig
{
    /// <summary>Channels, half of them for each axis.</summary>
    public required int Width { get; init; }

    /// <summary>Base of the wave lengths.</summary>
    public double Temperature { get; init; } = 10000;

    /// <summary>Whether coordinates are scaled to (0, <see cref="Scale"/>] instead of counted.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Largest normalised coordinate.</summary>
    public double Scale { get; init; } = 2 * Math.PI;
}
