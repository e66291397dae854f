using Sa2VA.Actors;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Grounding;

/// <summary>Ask about the key frames of one video; the pictures are the message's own until it is handled.</summary>
internal sealed record GroundVideo(
    IReadOnlyList<RgbImage> KeyFrames, IReadOnlyList<(int Target, string Text)> Questions, int MaxNewTokens,
    ActorRef<VideoCommand> Video, CancellationToken Stop, ReplyTo<int> Reply) : IDisposable
{
    public void Dispose()
    {
        foreach (var image in KeyFrames) image.Dispose();
    }
}

/// <summary>
/// Asks the language model. The key frames go through the vision tower once; each expression continues from there
/// alone, so that its answer does not depend on the others. Each answer is recorded before the next question.
/// </summary>
internal sealed class KeyframeActor(Sa2vaModel model, TensorThread tensors, Action<int> answered, StageMeter meter) : Actor<GroundVideo>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public override async ValueTask ReceiveAsync(GroundVideo message, CancellationToken cancellationToken)
    {
        using (message)
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(message.Stop, cancellationToken))
        {
            var prefix = await tensors.RunAsync(() => Look(message.KeyFrames), stop.Token);
            meter.BatchDone(WorkStage.Ground, message.KeyFrames.Count);
            try
            {
                for (var i = 0; i < message.Questions.Count; i++)
                {
                    var (target, text) = message.Questions[i];
                    var prompt = await AskAsync(prefix, text, message.MaxNewTokens, stop.Token);
                    await message.Video.AskAsync<Video>(reply => new VideoCommand.ResolvePrompt(target, prompt, reply), Patience, stop.Token);
                    answered(i + 1);
                }
            }
            finally
            {
                await tensors.RunAsync(prefix.Dispose, CancellationToken.None);
            }
        }

        message.Reply.Reply(message.Questions.Count);
    }

    private VisionPrefix Look(IReadOnlyList<RgbImage> keyFrames)
    {
        using var scope = NewDisposeScope();
        return model.EncodeFrames([.. keyFrames.Select(image => new RgbPixels(image.Width, image.Height, image.Memory))]);
    }

    /// <summary>One question that cannot be asked must not cost the others their masks; whatever is not its own fault is thrown.</summary>
    private async Task<ResolvedPrompt> AskAsync(VisionPrefix prefix, string text, int maxNewTokens, CancellationToken stop)
    {
        try
        {
            var answer = await tensors.RunAsync(() => Ask(prefix, text, maxNewTokens, stop), stop);
            return Array.Exists(answer.SegEmbeddings, e => !Array.TrueForAll(e, float.IsFinite))
                ? new ResolvedPrompt("", [], "The language model's answer has numbers that are not finite; the checkpoint may be damaged.")
                : new ResolvedPrompt(answer.Text, answer.SegEmbeddings);
        }
        catch (ArgumentException failure)
        {
            return new ResolvedPrompt("", [], failure.Message);
        }
    }

    private Answer Ask(VisionPrefix prefix, string text, int maxNewTokens, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        return model.Ask(prefix, text, new AskOptions { MaxNewTokens = maxNewTokens }, stop);
    }
}
