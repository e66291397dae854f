using System.Runtime.CompilerServices;

namespace Sa2VA.Media;

/// <summary>Decodes frames of a probed video (or folder of pictures), in order of presentation, through one ffmpeg process.</summary>
public static class VideoReader
{
    /// <summary>
    /// Streams the selected frames. Frames are pulled: ffmpeg waits when the consumer does, so at most one frame and a pipe's worth is in
    /// flight. A read that starts in the middle gives the same bytes as one that starts at 0. The caller disposes each frame. Cancelling,
    /// or leaving the loop, kills the process.
    /// </summary>
    /// <exception cref="MediaException">
    /// The file ended early, a frame could not be decoded, ffmpeg died or stalled: <see cref="MediaException.Frame"/> is the first index that was
    /// not delivered. Frames before it have been yielded and are good.
    /// </exception>
    public static async IAsyncEnumerable<VideoFrame> ReadAsync(
        string path, VideoInfo info, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        var limits = options.Limits;
        if (PictureSequence.Find(path, limits) is { } pictures)
        {
            await foreach (var frame in pictures.ReadAsync(info, options.Select(info.FrameCount), options, cancellationToken))
                yield return frame;
            yield break;
        }

        InputGuard.Check(path, limits);
        info = info with { Path = path };
        var wanted = options.Select(info.FrameCount);
        var readsToEnd = options.Frames is null && options.LastFrame is null;
        if (wanted.Count > 0)
        {
            await using var decoder = await FrameDecoder.OpenAsync(info, wanted, options, cancellationToken);
            var next = 0;
            foreach (var index in decoder.Delivered)
            {
                var frame = await decoder.ReadAsync(index, cancellationToken);
                if (index == wanted[next])
                {
                    next++;
                    yield return frame;
                }
                else
                {
                    frame.Dispose();
                }
            }
        }

        if (readsToEnd && info.IsTruncated)
        {
            throw new MediaException(MediaErrorKind.Truncated,
                $"'{path}' is cut off after frame {info.FrameCount - 1} ({info.Seconds(info.Frames.Pts(info.Frames.Count - 1)):0.00} s); the frames before were read. " +
                "Copy or download it again, or work on what is there by giving the last frame.", info.FrameCount);
        }
    }
}
