namespace Sa2VA.Cli.Clustering;

/// <summary>What <c>sa2va cluster up</c> was told about its nodes; what it was not told stays as it is, or gets its default.</summary>
internal sealed record LocalNodeChoice
{
    public int Nodes { get; init; }

    /// <summary><c>[NAME=]DIR</c>.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    public IReadOnlyList<string> Devices { get; init; } = [];

    public int? Slots { get; init; }

    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Also a gateway, for a browser and for commands without <c>--settings</c>.</summary>
    public bool Gateway { get; init; }
}
