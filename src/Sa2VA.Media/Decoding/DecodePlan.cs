using System.Globalization;

namespace Sa2VA.Media;

/// <summary>The ffmpeg call that delivers a selection of frames: where to start, what to drop, how to turn what is left into RGB.</summary>
internal static class DecodePlan
{
    /// <summary>Longest list that is handed to ffmpeg as an expression; longer ones are filtered on this side of the pipe.</summary>
    private const int MaxListed = 64;

    /// <summary>The key frame to begin with: 0 where timestamps do not identify frames, or where a frame depends on its neighbours.</summary>
    public static int Start(VideoInfo info, int first) => info.Frames.IsExact && !info.IsInterlaced ? info.Frames.StartFor(first) : 0;

    /// <summary>The arguments, and the indices that will come out of the pipe (a superset of <paramref name="wanted"/>).</summary>
    public static (List<string> Arguments, IReadOnlyList<int> Delivered) For(VideoInfo info, IReadOnlyList<int> wanted, int start, MediaLimits limits)
    {
        var (select, delivered) = Selection(info.Frames, wanted);
        List<string> arguments =
        [
            "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", "-max_alloc", ToolArguments.Text(limits.MaxToolAllocation),
            "-threads", ToolArguments.Text(limits.ToolThreads),
            // Timestamps stay the container's own: they are what frames are identified by.
            "-copyts", "-noautorotate",
        ];

        if (start > 0)
        {
            // Seeking lands on the key frame at or before the time; rounding down to a microsecond can only make it land earlier.
            var time = Math.Floor(info.Seconds(info.Frames.Pts(start)) * 1e6) / 1e6;
            arguments.AddRange(["-ss", time.ToString("F6", CultureInfo.InvariantCulture), "-seek_timestamp", "1", "-noaccurate_seek"]);
        }

        arguments.AddRange(ToolArguments.Input(info.Path, limits));
        arguments.AddRange(
        [
            "-map", "0:" + ToolArguments.Text(info.StreamIndex), "-an", "-sn", "-dn",
            "-vf", string.Join(',', Filters(info, select)),
            "-fps_mode", "passthrough", "-c:v", "rawvideo", "-pix_fmt", "rgb24", "-f", "rawvideo", "-flush_packets", "1", "pipe:1",
        ]);
        return (arguments, delivered);
    }

    private static IEnumerable<string> Filters(VideoInfo info, string select)
    {
        // De-interlacing looks at neighbours, so it comes before frames are dropped; and before turning, while lines are still lines.
        if (info.IsInterlaced)
            yield return "yadif=mode=send_frame:deint=all,settb=" + info.TimeBase;
        if (select.Length > 0)
            yield return select;
        if (info.HasAlpha)
            yield return "format=gbrap,premultiply=inplace=1";
        if (info.OrientationFilters.Length > 0)
            yield return info.OrientationFilters;
        // A stream may change its size on the way; every frame is delivered at the size of the first.
        yield return $"scale={ToolArguments.Text(info.Width)}:{ToolArguments.Text(info.Height)}:flags=bicubic+accurate_rnd+full_chroma_int+bitexact";
        yield return "format=rgb24";
        // One line per frame on the error stream, in step with the pixels: the side channel that carries timestamps. Unlike a second output
        // it cannot get out of step, and its "pts:" field has kept its form through every ffmpeg release.
        yield return "showinfo=checksum=0";
    }

    /// <summary>A <c>select</c> filter on timestamps where they identify frames (so that a seek does not matter), else on a count from the start.</summary>
    private static (string Filter, IReadOnlyList<int> Delivered) Selection(FrameTable frames, IReadOnlyList<int> wanted)
    {
        var (first, last) = (wanted[0], wanted[^1]);
        string Key(int index) => ToolArguments.Text(frames.IsExact ? frames.Pts(index) : index);
        var variable = frames.IsExact ? "pts" : "n";
        var range = first == 0 && last == frames.Count - 1 ? "" : $"select='between({variable},{Key(first)},{Key(last)})'";
        if (wanted.Count == last - first + 1)
            return (range, wanted);
        if (wanted.Count <= MaxListed)
            return ("select='" + string.Join('+', wanted.Select(i => $"eq({variable},{Key(i)})")) + "'", wanted);

        var stride = wanted[1] - wanted[0];
        for (var i = 1; i < wanted.Count; i++)
        {
            if (wanted[i] - wanted[i - 1] != stride)
                return (range, [.. Enumerable.Range(first, last - first + 1)]);
        }

        // The second select counts what the first lets through.
        var every = $"select='not(mod(n,{ToolArguments.Text(stride)}))'";
        return (range.Length == 0 ? every : range + "," + every, wanted);
    }
}
