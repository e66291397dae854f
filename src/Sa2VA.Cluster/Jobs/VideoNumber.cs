using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sa2VA.Cluster.Jobs;

/// <summary>What the id of a job's video consists of: <c>{jobId}-{number}</c>, numbered from 1 in the order of the manifest.</summary>
public readonly record struct VideoNumber(string JobId, int Number)
{
    /// <summary>The parts of an id; false when it is not of a job's video.</summary>
    public static bool TryParse([NotNullWhen(true)] string? videoId, out VideoNumber video)
    {
        video = default;
        if (videoId is null || videoId.LastIndexOf('-') is not (> 0 and var dash)) return false;
        var digits = videoId.AsSpan(dash + 1);
        if (digits is [] or ['0', ..] || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        video = new VideoNumber(videoId[..dash], number);
        return true;
    }

    /// <summary>The id.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{JobId}-{Number}");
}
