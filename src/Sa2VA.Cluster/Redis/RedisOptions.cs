using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Redis;

/// <summary>How Redis is used.</summary>
public sealed record RedisOptions
{
    private const int LongestPrefix = 64;
    private static readonly TimeSpan ShortestExpiry = TimeSpan.FromSeconds(1);

    /// <summary>Every key begins with it and a colon, so that clusters can share a server. Letters, digits, '-', '_', '.'. Default <c>sa2va</c>.</summary>
    public string Prefix { get; init; } = "sa2va";

    /// <summary>
    /// How long the masks of a video stay after they were last written; null for ever. Choose it longer than the longest pause of a video
    /// when there is no archive: a video whose masks are gone cannot be continued. Default null; at least 1 s.
    /// </summary>
    public TimeSpan? MaskExpiry { get; init; }

    /// <summary>How long progress and events of a job stay after the last of them. Default 7 days; at least 1 s.</summary>
    public TimeSpan ProgressExpiry { get; init; } = TimeSpan.FromDays(7);

    /// <summary>About how many events of a job are kept; older ones are dropped. Default 10,000; at least 1.</summary>
    public int EventsPerJob { get; init; } = 10_000;

    /// <summary>How long an answer may take before the connection counts as dead and is replaced. Default 15 s; at least 100 ms.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether a server that is away when the connection is opened is a failure, instead of being waited for. Default false.</summary>
    public bool MustAnswer { get; init; }

    /// <summary>Told that a connection was made again.</summary>
    public Action? Reconnected { get; init; }

    /// <exception cref="SettingsException">A value is out of its bounds.</exception>
    internal void Check()
    {
        if (Prefix.Length is 0 or > LongestPrefix || Prefix.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            throw new SettingsException($"Redis:Prefix is '{Prefix}'; it may have 1 to {LongestPrefix} letters, digits, '-', '_' and '.'.");
        if (MaskExpiry < ShortestExpiry) throw TooShort(nameof(MaskExpiry), MaskExpiry.Value, "1 second; leave it out to keep masks for ever");
        if (ProgressExpiry < ShortestExpiry) throw TooShort(nameof(ProgressExpiry), ProgressExpiry, "1 second");
        if (AnswerTimeout < TimeSpan.FromMilliseconds(100)) throw TooShort(nameof(AnswerTimeout), AnswerTimeout, "100 ms");
        if (EventsPerJob < 1) throw new SettingsException($"Redis:EventsPerJob is {EventsPerJob}; it must be at least 1.");
    }

    private static SettingsException TooShort(string name, TimeSpan value, string least) => new($"Redis:{name} is {value}; it must be at least {least}.");
}
