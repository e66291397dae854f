namespace Sa2VA.Cli.Display;

/// <summary>One moment of the work, for whichever display is on. <see cref="Start"/> is where this sitting began, for the rate.</summary>
internal sealed record RunStatus(string Stage, int Done, int? Total, int Start, string? Message = null)
{
    /// <summary>The usual unit.</summary>
    public const string Frames = "frames";

    /// <summary>What is counted, as a plural.</summary>
    public string Unit { get; init; } = Frames;
}
