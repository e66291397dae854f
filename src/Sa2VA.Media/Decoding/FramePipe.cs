namespace Sa2VA.Media;

/// <summary>Takes frames off a decoder's pipe one by one, checks each against the frame table, and turns what goes wrong into one exception.</summary>
internal sealed class FramePipe(ToolProcess process, FrameClock clock, ErrorTail errors, VideoInfo info, MediaLimits limits)
{
    /// <summary>Reads the next frame, which must be the one with this index.</summary>
    public async Task<VideoFrame> ReadAsync(int index, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.StallTimeout);
        // A blocking read on a pipe does not see tokens; killing the process ends it.
        await using var registration = patience.Token.Register(process.Kill);

        var image = new RgbImage(info.Width, info.Height);
        try
        {
            var read = await process.Output.ReadAtLeastAsync(image.Memory, image.ByteCount, throwOnEndOfStream: false, CancellationToken.None);
            if (read < image.ByteCount)
                throw await EndedEarlyAsync(index, patience.Token, cancellationToken);
            var pts = await clock.NextAsync(patience.Token);
            if (info.Frames.IsExact && pts != info.Frames.Pts(index))
                throw Missing(index, pts);
            var time = pts ?? info.Frames.Pts(index);
            return new VideoFrame(index, time, info.Seconds(time), image);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            image.Dispose();
            throw Stalled(index);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private async Task<Exception> EndedEarlyAsync(int index, CancellationToken patience, CancellationToken cancellationToken)
    {
        var exitCode = await process.WaitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (patience.IsCancellationRequested)
            return Stalled(index);
        if (errors.Contains("partial file", "ended prematurely", "truncat"))
        {
            return new MediaException(MediaErrorKind.Truncated,
                $"'{info.Path}' is cut off at frame {index} of {info.FrameCount}; the frames before were read.", index);
        }

        return exitCode == 0
            ? new MediaException(MediaErrorKind.Damaged,
                $"The decoder ended at frame {index} of {info.FrameCount} of '{info.Path}': the rest cannot be decoded. ffmpeg said: {errors.Summary()}", index)
            : new MediaException(MediaErrorKind.ToolFailed,
                $"ffmpeg ended with exit code {exitCode} at frame {index} of {info.FrameCount} of '{info.Path}'. It said: {errors.Summary()}", index);
    }

    private MediaException Stalled(int index) => new(MediaErrorKind.Timeout,
        $"ffmpeg delivered nothing for {limits.StallTimeout.TotalSeconds:0} seconds at frame {index} of '{info.Path}'.", index);

    private MediaException Missing(int index, long? pts) => new(MediaErrorKind.Damaged,
        $"Frame {index} of '{info.Path}' (timestamp {info.Frames.Pts(index)}) cannot be decoded; the decoder went on with timestamp {pts?.ToString() ?? "unknown"}. " +
        "Repair the file first: ffmpeg -i IN -c:v libx264 -crf 16 OUT.mp4", index);
}
