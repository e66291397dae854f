using System.Globalization;

namespace Sa2VA.Media;

/// <summary>Makes a video's <see cref="FrameTable"/>: from its packets where they tell (fast, nothing is decoded), else by decoding it once.</summary>
internal static class FrameTableReader
{
    // One packet of these codecs, in a container with an index, is one frame shown at the packet's own timestamp. Not so VP8 (hidden
    // alternate references), MPEG-4 part 2 (skipped and packed frames), MPEG-2 and anything interlaced (a packet may be one field).
    private static readonly string[] OnePacketOneFrame = ["h264", "hevc", "vp9", "av1", "mjpeg", "prores", "png", "ffv1", "qtrle", "rawvideo"];
    private static readonly string[] Cut = ["partial file", "ended prematurely", "truncat"];

    private readonly record struct Packet(long Pts, long Dts, bool IsKey);

    public static async Task<(FrameTable Table, bool Truncated)> ReadAsync(
        string path, StreamHeader stream, MediaLimits limits, CancellationToken cancellationToken)
    {
        var packets = new List<Packet>();
        var usable = true;
        var seen = 0L;
        var (_, errors) = await Ffprobe.RunAsync(path,
            ["-select_streams", ToolArguments.Text(stream.Index), "-show_entries", "packet=pts,dts,flags", "-of", "compact=nk=1"],
            line =>
            {
                // "packet|pts|dts|flags"; side data comes as lines of its own.
                if (!line.StartsWith("packet|", StringComparison.Ordinal))
                    return;
                CheckCount(path, ++seen, limits);
                var fields = line[7..].Split('|');
                if (fields.Length < 3 || fields[2].Contains('D', StringComparison.Ordinal))
                    return;                                        // outside the edit list: decoded, never shown
                if (!long.TryParse(fields[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pts))
                    usable = false;
                if (!long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dts))
                    dts = long.MinValue;
                packets.Add(new Packet(pts, dts, fields[2].Contains('K', StringComparison.Ordinal)));
            },
            limits.IndexTimeout, limits, cancellationToken);

        var truncated = errors.Contains(Cut);
        if (usable && IsTrustworthy(stream, packets) && FromPackets(packets, truncated) is { } table)
            return (table, truncated);
        return (await CountAsync(path, stream, limits, cancellationToken), truncated);
    }

    private static bool IsTrustworthy(StreamHeader stream, List<Packet> packets) =>
        (stream.Container.StartsWith("mov", StringComparison.Ordinal) || stream.Container.StartsWith("matroska", StringComparison.Ordinal))
        && OnePacketOneFrame.Contains(stream.Codec)
        && !stream.IsInterlaced
        && packets.Count > 0
        && packets[0].IsKey
        && packets.TrueForAll(p => p.Pts >= packets[0].Pts);   // pictures shown before the first key frame are dropped by decoders

    /// <summary>Null when two packets share a timestamp.</summary>
    private static FrameTable? FromPackets(List<Packet> packets, bool truncated)
    {
        if (truncated)
        {
            // The last packet is incomplete, and B-frames that belong between those already read may be missing. Whatever is still to come
            // is shown no earlier than it is decoded, so everything before the last decode time is complete.
            var last = packets[^1];
            packets.RemoveAt(packets.Count - 1);
            packets.RemoveAll(p => p.Pts >= (last.Dts == long.MinValue ? last.Pts : last.Dts));
        }

        packets.Sort((a, b) => a.Pts.CompareTo(b.Pts));
        var pts = new long[packets.Count];
        var keys = new List<int>();
        for (var i = 0; i < pts.Length; i++)
        {
            pts[i] = packets[i].Pts;
            if (i > 0 && pts[i] == pts[i - 1])
                return null;
            if (packets[i].IsKey)
                keys.Add(i);
        }

        return new FrameTable(pts, [.. keys], isExact: true);
    }

    private static async Task<FrameTable> CountAsync(string path, StreamHeader stream, MediaLimits limits, CancellationToken cancellationToken)
    {
        var pts = new List<long>();
        await Ffprobe.RunAsync(path,
            ["-select_streams", ToolArguments.Text(stream.Index), "-show_entries", "frame=best_effort_timestamp", "-of", "compact=nk=1"],
            line =>
            {
                if (!line.StartsWith("frame|", StringComparison.Ordinal))
                    return;
                CheckCount(path, pts.Count + 1, limits);
                var field = line.AsSpan(6);
                field = field.IndexOf('|') is var end and >= 0 ? field[..end] : field;
                // A frame without a timestamp still counts; it is placed one unit after its predecessor.
                pts.Add(long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                    ? value : pts.Count == 0 ? 0 : pts[^1] + 1);
            },
            limits.IndexTimeout, limits, cancellationToken);
        return new FrameTable([.. pts], [], isExact: false);
    }

    private static void CheckCount(string path, long count, MediaLimits limits)
    {
        if (count > limits.MaxFrames)
        {
            throw new MediaException(MediaErrorKind.LimitExceeded,
                $"'{path}' has more than {limits.MaxFrames:N0} frames (MediaLimits.MaxFrames). Cut it into parts.");
        }
    }
}
