using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace Sa2VA.Media;

/// <summary>
/// The timestamps of the frames on the pipe, from the lines that ffmpeg's <c>showinfo</c> filter writes; every other line goes to the
/// tail of errors. ffmpeg runs ahead of the reader by what fits the pipe, so the queue is short; it is bounded for hostile input.
/// </summary>
internal sealed partial class FrameClock(ErrorTail errors)
{
    private readonly Channel<long?> _timestamps = Channel.CreateBounded<long?>(
        new BoundedChannelOptions(1 << 16) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes one line of ffmpeg's error stream.</summary>
    public ValueTask OnLineAsync(string line)
    {
        var match = FrameLine().Match(line);
        if (match.Success)
        {
            long? pts = long.TryParse(match.Groups["pts"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
            return QueueAsync(pts);
        }

        if (line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal)
            || line.Contains("[warning]", StringComparison.Ordinal))
        {
            errors.Add(line);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The timestamp of the next frame; null when the frame has none.</summary>
    public ValueTask<long?> NextAsync(CancellationToken cancellationToken) => _timestamps.Reader.ReadAsync(cancellationToken);

    /// <summary>Lets the writer go on when nobody reads any more.</summary>
    public void Drop()
    {
        _timestamps.Writer.TryComplete();
        while (_timestamps.Reader.TryRead(out _))
        {
        }
    }

    private async ValueTask QueueAsync(long? pts)
    {
        // False once the reader has left: late lines of a process that is being ended.
        while (await _timestamps.Writer.WaitToWriteAsync(CancellationToken.None))
        {
            if (_timestamps.Writer.TryWrite(pts))
                return;
        }
    }

    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ [^\]]+\] (\[info\] )?n: *\d+ +pts: *(?<pts>\S+) +pts_time:", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FrameLine();
}
