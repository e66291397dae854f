using Sa2VA.Actors;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Media;
using Sa2VA.Models.Sam2;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Tracking;

/// <summary>What the image encoder understands. Pictures that a message carries are its own until it is handled.</summary>
internal abstract record EncoderCommand
{
    /// <summary>A frame in the size that the encoder takes, to be prompted.</summary>
    public sealed record Prompt(int Step, RgbImage Image, IReadOnlyList<ObjectPrompt> Prompts) : EncoderCommand, IDisposable
    {
        public void Dispose() => Image.Dispose();
    }

    /// <summary>A frame in the size that the encoder takes, to be tracked; no picture where the masks are known.</summary>
    public sealed record Encode(StepFrame At, RgbImage? Image) : EncoderCommand, IDisposable
    {
        public void Dispose() => Image?.Dispose();
    }

    /// <summary>Passed on behind everything before it.</summary>
    public sealed record PassOn(TrackerCommand Message) : EncoderCommand;
}

/// <summary>Encodes each frame once, for all objects, and passes it on. One of its frames waits while the tracker works on another.</summary>
internal sealed class EncoderActor(Sam2Model model, ImageNormalizer normalizer, TensorThread tensors, ActorRef<TrackerCommand> tracker, StageMeter meter) : Actor<EncoderCommand>
{
    public override async ValueTask ReceiveAsync(EncoderCommand message, CancellationToken cancellationToken)
    {
        var next = message switch
        {
            EncoderCommand.Prompt(var step, var image, var prompts) => new TrackerCommand.Prompt(step, await EncodeAsync(image, cancellationToken), prompts),
            EncoderCommand.Encode(var at, { } image) => new TrackerCommand.Track(at, await EncodeAsync(image, cancellationToken)),
            EncoderCommand.Encode(var at, null) => new TrackerCommand.Track(at, Features: null),
            EncoderCommand.PassOn(var passedOn) => passedOn,
            _ => throw new InvalidOperationException($"The encoder does not understand {message.GetType().Name}."),
        };
        try
        {
            await tracker.TellAsync(next, cancellationToken);
        }
        catch
        {
            (next as IDisposable)?.Dispose();
            throw;
        }
    }

    private async Task<ImageFeatures> EncodeAsync(RgbImage image, CancellationToken cancellationToken)
    {
        using (image)
        {
            var began = meter.Now;
            var features = await tensors.RunAsync(() => Encode(image), cancellationToken);
            meter.FrameDone(WorkStage.Encode, began);
            return features;
        }
    }

    private ImageFeatures Encode(RgbImage image)
    {
        using var scope = NewDisposeScope();
        return model.EncodeImage(normalizer.Square(image.Pixels, image.Height, image.Width, model.Config.ImageSize, model.Device));
    }
}
