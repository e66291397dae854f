using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cli.Output;

/// <summary>Writes what was followed into a folder: <c>masks.json</c>, and the overlay that people look at.</summary>
internal static class FollowedFiles
{
    /// <summary>Reads all frames; <paramref name="seen"/> sees each before it is gone. Returns what was written.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        string folder, VideoInfo source, IReadOnlyList<FollowedObject> objects, string? answer, IAsyncEnumerable<FollowedFrame> frames,
        Action<FollowedFrame>? seen, CancellationToken cancellationToken)
    {
        OutputFolder.Prepare(folder);
        List<IFrameSink> sinks =
        [
            new MasksJsonSink(folder, source.Path, source, ResultJson.Objects(objects, answer), complete: true, boxes: true),
            .. OutputFiles.ForPeople(folder, source, (int)source.FrameCount, stride: 1, overlay: true),
        ];
        try
        {
            await foreach (var followed in frames.WithCancellation(cancellationToken))
            {
                using (followed)
                {
                    var frame = followed.Frame;
                    var step = new StoredStep(frame.Index, frame.Index, frame.Pts, frame.Seconds,
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
