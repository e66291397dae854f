namespace Sa2VA.Datasets.RefShapes;

/// <summary>When one object is there. Samples of the timeline.</summary>
internal readonly record struct PresenceFacts
{
    /// <summary>The first and last sample in which it is seen; -1 when it never is.</summary>
    public required int First { get; init; }

    /// <inheritdoc cref="First"/>
    public required int Last { get; init; }

    /// <summary>Share of the samples in which it is seen.</summary>
    public required float Share { get; init; }

    /// <summary>The first sample in which it has left the frame after being seen; <see cref="int.MaxValue"/> when it never does.</summary>
    public required int Leaves { get; init; }

    /// <summary>Samples from leaving the frame to the end or to being seen again, the longest.</summary>
    public required int LongestAway { get; init; }

    /// <summary>Whether it was away for that long and was seen again.</summary>
    public required bool Returns { get; init; }

    /// <summary>Samples in which it is in the frame after it was first seen, yet hidden.</summary>
    public required int Hidden { get; init; }

    /// <summary>Whether it is out of the frame in the first sample, in the last.</summary>
    public required bool StartsOutside { get; init; }

    /// <inheritdoc cref="StartsOutside"/>
    public required bool EndsOutside { get; init; }

    public static PresenceFacts Measure(Timeline timeline, int index)
    {
        var (first, last, leaves, hidden, away, longest, returns) = (-1, -1, int.MaxValue, 0, 0, 0, false);
        for (var s = 0; s < timeline.Samples; s++)
        {
            if (timeline.Seen(index, s))
            {
                if (away > 0 && away >= longest) (longest, returns) = (away, true);
                away = 0;
                if (first < 0) first = s;
                last = s;
            }
            else if (first >= 0)
            {
                if (timeline.Outside(index, s))
                {
                    away++;
                    leaves = Math.Min(leaves, s);
                }
                else if (away > 0)
                {
                    away++;
                }
                else
                {
                    hidden++;
                }
            }
        }

        if (away > longest) (longest, returns) = (away, false);
        return new PresenceFacts
        {
            First = first, Last = last, Share = timeline.SeenShare(index), Leaves = leaves, LongestAway = longest, Returns = returns,
            Hidden = hidden, StartsOutside = timeline.Outside(index, 0), EndsOutside = timeline.Outside(index, timeline.Samples - 1),
        };
    }
}
