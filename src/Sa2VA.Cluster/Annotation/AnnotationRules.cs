using System.Globalization;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Annotation;

/// <summary>What happens to an object whose two descriptions contradict each other.</summary>
public enum ConflictRule
{
    /// <summary>It is left out of the dataset, as in the paper.</summary>
    Drop,

    /// <summary>It is described on, and flagged.</summary>
    Keep,
}

/// <summary>How objects are chosen, shown and described.</summary>
public sealed record AnnotationRules
{
    /// <summary>Frames that the video level is shown, spread over the video. Default 8 as in the paper, 1 to 32.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>How often an object is described, each time from another frame, until both descriptions agree. Default 1 as in the paper, up to 5.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>What happens when they never do. Default <see cref="ConflictRule.Drop"/>.</summary>
    public ConflictRule Conflicts { get; init; }

    /// <summary>Most objects of a video; the largest are taken. Default 16, 1 to 1000.</summary>
    public int MaxObjects { get; init; } = 16;

    /// <summary>Objects that are smaller on every frame are left out. Pixels; default 100.</summary>
    public int MinPixels { get; init; } = 100;

    /// <summary>Most characters of a description. Default 1200, 100 to 8000.</summary>
    public int MaxLength { get; init; } = 1200;

    /// <summary>Longest answer of the model, in tokens. Default 512, 16 to 8192.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Most pixels of the longer side of what is shown. Default 1024, 224 to 4096.</summary>
    public int MaxSide { get; init; } = 1024;

    /// <summary>Whether each object gets a short expression too. Default no.</summary>
    public bool Short { get; init; }

    /// <summary>Whether an object about which a question is refused is left out; otherwise the work stops there. Default stops.</summary>
    public bool SkipRefused { get; init; }

    /// <summary>About how many words a description may have: English has six letters and a space to a word, and models count badly.</summary>
    internal int Words => MaxLength / 8;

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="RunException">A value is out of its range.</exception>
    internal void Check()
    {
        Check(nameof(Frames), Frames, 1, 32);
        Check(nameof(Attempts), Attempts, 1, 5);
        Check(nameof(MaxObjects), MaxObjects, 1, 1000);
        Check(nameof(MinPixels), MinPixels, 1, int.MaxValue);
        Check(nameof(MaxLength), MaxLength, 100, 8000);
        Check(nameof(MaxTokens), MaxTokens, 16, 8192);
        Check(nameof(MaxSide), MaxSide, 224, 4096);
    }

    private static void Check(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new RunException(RunFailureKind.Settings, string.Create(CultureInfo.InvariantCulture, $"AnnotationRules.{name} is {value}; it may be {least} to {most}."));
    }
}
