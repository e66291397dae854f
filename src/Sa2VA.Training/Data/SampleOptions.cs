namespace Sa2VA.Training.Data;

/// <summary>What is taken from a clip for one training step.</summary>
public sealed record SampleOptions
{
    /// <summary>Frames that the language model sees, spread over the clip as at inference.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>Neighbouring frames that are tracked one after another.</summary>
    public int TrackedFrames { get; init; } = 3;

    /// <summary>Most frames between two tracked ones, and from them to a conditioning frame.</summary>
    public int MaxStride { get; init; } = 3;

    public int MaxConditioningGap { get; init; } = 24;

    /// <summary>Things tracked per clip.</summary>
    public int Tracks { get; init; } = 2;

    /// <summary>Questions per clip, besides those for descriptions.</summary>
    public int Questions { get; init; } = 5;

    /// <summary>Questions per clip that are answered by words alone.</summary>
    public int Descriptions { get; init; } = 2;

    /// <summary>Captions per clip, whose phrases have masks.</summary>
    public int Captions { get; init; }

    /// <summary>Questions per clip whether something is there, answered yes or no.</summary>
    public int Presences { get; init; }

    /// <summary>Questions about regions per clip that is shown as a picture.</summary>
    public int Regions { get; init; }

    /// <summary>Share of the batches in which a clip is shown as a picture, one frame of it. 0 to 1.</summary>
    public double Stills { get; init; }

    /// <summary>Share of the words of a survey that are wrong, as a model's own are: read, but not learnt. 0 to 1.</summary>
    public double Slips { get; init; }

    /// <summary>Frames on which each question's mask is decoded.</summary>
    public int MasksPerQuestion { get; init; } = 2;

    /// <summary>Side in pixels of the masks that losses compare.</summary>
    public int TargetSize { get; init; } = 64;

    /// <summary>Frames given to the tracker: a conditioning one before, the tracked ones, a conditioning one after.</summary>
    public int Slots => TrackedFrames + 2;
}
