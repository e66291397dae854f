using System.Collections.Immutable;
using System.Threading.Channels;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.UniPixel;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>
/// What a session does with the model, for one clip: the first pass finds objects, the second answers about them. What was seen of the clip
/// is kept between questions; it follows from the video and is seen again after a restart.
/// </summary>
internal sealed class ObjectSessionWork(ModelHost host, string video, VideoInfo info, SessionClip clip, MediaLimits limits) : IAsyncDisposable
{
    /// <summary>Most tokens of an answer.</summary>
    public const int MaxNewTokens = 512;

    // Tokens after which others get a turn on the tensor thread, and whoever asked hears of them.
    private const int TokensPerPiece = 4;

    private UniPixelClip? _seen;

    public async ValueTask DisposeAsync()
    {
        if (_seen is { } seen) await host.Tensors.RunAsync(seen.Dispose, CancellationToken.None);
        _seen = null;
    }

    /// <summary>First pass: masks of the objects pointed at, on every frame of the clip. Each is prompted on the first frame and tracked from there, as UniPixel does it.</summary>
    public async Task<IReadOnlyDictionary<int, ImmutableArray<Rle>>> FindAsync(string question, IReadOnlyList<PointedAt> objects, CancellationToken cancellationToken)
    {
        var model = await ModelAsync(cancellationToken);
        var side = model.Config.Tracker.ImageSize;
        List<(int, PointedObject)> pointed = [.. objects.Select(one => (one.ObjectId, new PointedObject(ObjectSessionLogic.PlaceOf(clip, one), one.Coordinates).Scaled(clip.Width, clip.Height, side)))];
        var seen = await LookAsync(model, cancellationToken);
        var prompts = await host.Tensors.RunAsync(() => Localize(model, seen, question, pointed), cancellationToken);
        var masks = objects.ToDictionary(one => one.ObjectId, _ => ImmutableArray.CreateBuilder<Rle>(clip.Frames.Length));
        var options = model.OwnProtocol.Configure(new TrackerOptions { FrameCount = clip.Frames.Length });
        using var tracker = new VideoTracker(model.Sam2, options, clip.Height, clip.Width);
        var place = 0;
        await foreach (var frame in FramesAsync(cancellationToken))
        {
            using (frame)
            {
                var at = place++;
                await host.Tensors.RunAsync(() => Track(model, tracker, at, frame.Image, pointed, prompts, masks), cancellationToken);
            }
        }

        return masks.ToDictionary(one => one.Key, one => one.Value.ToImmutable());
    }

    /// <summary>Second pass: the answer to a question, with what is remembered of objects. It is told piece by piece, in whole characters.</summary>
    public async Task<string> AnswerAsync(
        string question, IReadOnlyList<(int Id, ImmutableArray<Rle> Masks)> objects, string answerStart, ChannelWriter<string> said, CancellationToken cancellationToken)
    {
        var model = await ModelAsync(cancellationToken);
        var seen = await LookAsync(model, cancellationToken);
        List<RememberedObject> remembered = [.. objects.Select(one => new RememberedObject(one.Id, [.. one.Masks.Select(RleCodec.Decode)], clip.Width, clip.Height))];
        using var pending = await host.Tensors.RunAsync(() => Begin(model, seen, question, remembered, answerStart), cancellationToken);
        while (pending.Answer is null)
        {
            if (await host.Tensors.RunAsync(() => Decode(model, pending), cancellationToken) is { Length: > 0 } piece) said.TryWrite(piece);
        }

        return pending.Answer.Text;
    }

    private async Task<UniPixelModel> ModelAsync(CancellationToken cancellationToken)
        => (await host.GetAsync(cancellationToken)).Language as UniPixelModel
            ?? throw new RunException(RunFailureKind.Model, "Objects are remembered by a UniPixel only. Give a UniPixel folder.");

    private async Task<UniPixelClip> LookAsync(UniPixelModel model, CancellationToken cancellationToken)
    {
        if (_seen is not null) return _seen;
        var (width, height) = model.Config.FrameSize(clip.Width, clip.Height, clip.Frames.Length);
        var images = new List<RgbImage>();
        try
        {
            await foreach (var frame in FramesAsync(cancellationToken))
            {
                using (frame) images.Add(frame.Image.ResizeBicubic(width, height));
            }

            return _seen = await host.Tensors.RunAsync(() => Look(model, images), cancellationToken);
        }
        finally
        {
            foreach (var image in images) image.Dispose();
        }
    }

    private IAsyncEnumerable<VideoFrame> FramesAsync(CancellationToken cancellationToken)
        => VideoReader.ReadAsync(video, info, new ReadOptions { Frames = [.. clip.Frames], Limits = limits }, cancellationToken);

    private static UniPixelClip Look(UniPixelModel model, IReadOnlyList<RgbImage> images)
    {
        using var scope = NewDisposeScope();
        return model.Look([.. images.Select(image => new RgbPixels(image.Width, image.Height, image.Memory))]);
    }

    private static float[][] Localize(UniPixelModel model, UniPixelClip seen, string question, IReadOnlyList<(int, PointedObject)> objects)
    {
        using var scope = NewDisposeScope();
        return model.Localize(seen, question, objects);
    }

    private static PendingAnswer Begin(UniPixelModel model, UniPixelClip seen, string question, IReadOnlyList<RememberedObject> objects, string answerStart)
    {
        using var scope = NewDisposeScope();
        return model.BeginAbout(seen, question, objects, answerStart, new AskOptions { MaxNewTokens = MaxNewTokens });
    }

    private static string Decode(UniPixelModel model, PendingAnswer pending)
    {
        for (var token = 0; token < TokensPerPiece && pending.Answer is null; token++)
        {
            using var scope = NewDisposeScope();
            model.Step([pending]);
        }

        return pending.TakeText();
    }

    private static void Track(
        UniPixelModel model, VideoTracker tracker, int place, RgbImage image, IReadOnlyList<(int Id, PointedObject)> objects, float[][] prompts, Dictionary<int, ImmutableArray<Rle>.Builder> masks)
    {
        using var scope = NewDisposeScope();
        var square = model.TrackerNormalizer.Square(image.Pixels, image.Height, image.Width, model.Config.Tracker.ImageSize, model.Sam2.Device);
        using var features = model.Sam2.EncodeImage(square);
        if (place == 0)
        {
            foreach (var (one, prompt) in objects.Zip(prompts)) model.OwnProtocol.Prompt(tracker, place, features, one.Id, prompt).Dispose();
            tracker.BeginPropagation();
        }

        using var tracked = tracker.Track(place, features);
        for (var row = 0; row < tracked.ObjectIds.Count; row++)
            masks[tracked.ObjectIds[row]].Add(RleCodec.Encode(tracked.Binary(row), tracker.VideoHeight, tracker.VideoWidth));
    }
}
