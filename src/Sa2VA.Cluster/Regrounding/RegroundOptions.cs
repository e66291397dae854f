using System.Globalization;

namespace Sa2VA.Cluster.Regrounding;

/// <summary>
/// When the language model is asked again while a video is tracked, so that a track that drifted, or followed another object, is set right.
/// What sentences were answered with at first decides which objects there are; asking again only moves their masks.
/// </summary>
public sealed record RegroundOptions
{
    /// <summary>Ask every so many tracked frames; 0 for no schedule. Default 0.</summary>
    public int EveryFrames { get; init; }

    /// <summary>Ask where a scene begins.</summary>
    public bool OnCut { get; init; }

    /// <summary>Ask where the tracker is in doubt: an object is lost or found again, or its area changes all at once.</summary>
    public bool OnDoubt { get; init; }

    /// <summary>Frames shown to the language model each time, spread over the window. Default 4, 1 to 64.</summary>
    public int KeyFrames { get; init; } = 4;

    /// <summary>Tracked frames ahead that the key frames are spread over. Default 64, 1 to 100,000.</summary>
    public int WindowFrames { get; init; } = 64;

    /// <summary>Tracked frames between two times at least, however much there is to doubt. Default 32, 1 to 100,000.</summary>
    public int MinimumGap { get; init; } = 32;

    /// <summary>Reads the occasions as people write them: a number of frames, <c>cut</c>, <c>doubt</c>, or several of them, as <c>256,cut,doubt</c>.</summary>
    /// <exception cref="FormatException">It is nothing of the kind; the message says what is.</exception>
    public static RegroundOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var options = new RegroundOptions();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            options = word switch
            {
                "cut" => options with { OnCut = true },
                "doubt" => options with { OnDoubt = true },
                _ when int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) && frames is > 0 and <= 1_000_000 => options with { EveryFrames = frames },
                _ => throw new FormatException($"reground does not understand '{word}': give a number of frames from 1 to 1000000, 'cut', 'doubt', or several of them separated by commas, as '256,cut,doubt'."),
            };
        }

        return options;
    }

    /// <summary>The occasions as <see cref="Parse"/> reads them.</summary>
    public override string ToString() => string.Join(',', ((string?[])[EveryFrames > 0 ? EveryFrames.ToString(CultureInfo.InvariantCulture) : null, OnCut ? "cut" : null, OnDoubt ? "doubt" : null]).OfType<string>());
}

/// <summary>Why the language model is asked again.</summary>
public enum RegroundReason
{
    /// <summary>It was due.</summary>
    Schedule,

    /// <summary>A scene begins.</summary>
    Cut,

    /// <summary>An object was lost or found again, or its area changed all at once.</summary>
    Doubt,
}

/// <summary>What came of asking again about an object.</summary>
public enum RegroundOutcome
{
    /// <summary>The answer's mask is the tracker's.</summary>
    Agreed,

    /// <summary>The answer's mask is elsewhere, and the tracker has no reason to doubt its own: only a second answer in a row overrules it.</summary>
    Differed,

    /// <summary>The tracker was set to the answer's masks.</summary>
    Corrected,

    /// <summary>The tracker had lost the object and was shown it again.</summary>
    Found,

    /// <summary>The answer was that it is not there, or its masks are empty: nothing was changed.</summary>
    Denied,
}

/// <summary>What asking again did to an object.</summary>
/// <param name="Step">The tracked frame from which it holds.</param>
/// <param name="Reason">Why it was asked.</param>
/// <param name="ObjectId">The object.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record RegroundNote(int Step, RegroundReason Reason, int ObjectId, RegroundOutcome Outcome);
