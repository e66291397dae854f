using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cli.Output;

/// <summary>Writes what was followed into a folder: <c>masks.json</c>, and the overlay that people look at.</summary>
internal static class FollowedFiles
{
    /// <summary>Reads all frames; <paramref name="seen"/> sees each before it is gone. Returns what was written.</summary>
    /// <param name="folder">Made when absent.</param>
    /// <param name="source">What the frames are of.</param>
    /// <param name="objects">In the order of the masks.</param>
    /// <param name="answer">What was said; null for what was shown.</param>
    /// <param name="frames">In order.</param>
    /// <param name="seen">Null for nobody.</param>
    /// <param name="cancellationToken">Leaves no file half written.</param>
    /// <param name="count">How many frames there are; null for all of the file.</param>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        string folder, VideoInfo source, IReadOnlyList<FollowedObject> objects, string? answer, IAsyncEnumerable<FollowedFrame> frames,
        Action<FollowedFrame>? seen, CancellationToken cancellationToken, int? count = null)
    {
        OutputFolder.Prepare(folder);
        var steps = count ?? (int)source.FrameCount;
        List<IFrameSink> sinks =
        [
            new MasksJsonSink(folder, source.Path, source, ResultJson.Objects(objects, answer), complete: true, boxes: true),
            .. OutputFiles.ForPeople(folder, source, steps, stride: Math.Max(1, (int)source.FrameCount / steps), overlay: true),
        ];
        try
        {
            var next = 0;
            await foreach (var followed in frames.WithCancellation(cancellationToken))
            {
                using (followed)
                {
                    var frame = followed.Frame;
                    var step = new StoredStep(next++, frame.Index, frame.Pts, frame.Seconds,
                        [.. followed.Masks.Select(mask => new StoredMask(mask.ObjectId, RleCodec.Encode(mask.Pixels, frame.Image.Height, frame.Image.Width), mask.ObjectScore, mask.PredictedIou))]);
                    var masks = followed.Masks.Select((mask, place) => new ObjectMask(place, objects[place].Label, mask.Pixels)).ToList();
                    foreach (var sink in sinks)
                        await sink.AddAsync(frame, step, masks, cancellationToken);
                    seen?.Invoke(followed);
                }
            }

            foreach (var sink in sinks)
                await sink.CompleteAsync(cancellationToken);
            return [.. sinks.Select(sink => sink.Path)];
        }
        finally
        {
            foreach (var sink in sinks)
                await sink.DisposeAsync();
        }
    }
}
