namespace Sa2VA.Cluster.Client;

/// <summary>How patient a client is.</summary>
public sealed record Sa2vaClientOptions
{
    /// <summary>How often a request is made before it fails. Default 6.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Pause before the second attempt; it doubles with each. Default half a second. What the gateway asks for counts where it is more.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause. Default 30 seconds.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of the pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
