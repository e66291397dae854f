using System.Threading.Channels;
using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Videos;

/// <summary>Asks the language model, which others ask too, about frames of one video.</summary>
internal sealed class VideoQuestions(Sitting sitting)
{
    private VideoOrder Order => sitting.Order;

    /// <summary>The language model.</summary>
    /// <exception cref="RunException">The model understands no sentences.</exception>
    public async Task<(IGroundingModel Model, ActorRef<KeyframeCommand> Actor)> ModelAsync(CancellationToken stop)
        => await sitting.Place.Model.KeyframesAsync(stop) ?? throw new RunException(
            RunFailureKind.Model, $"'{Order.Model}' is a plain SAM 2: it tracks points, boxes and masks, but understands no sentences and says nothing. Give a Sa2VA or UniPixel folder, or show the objects and ask nothing.");

    /// <summary>Shows steps of the video and asks; each answer is recorded as it comes.</summary>
    /// <param name="info">The video.</param>
    /// <param name="steps">The key frames, in order.</param>
    /// <param name="questions">At least one; targets differ within a kind.</param>
    /// <param name="record">Keeps an answer.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="RunException">The model cannot be asked for that.</exception>
    public async Task AskAsync(
        VideoInfo info, IReadOnlyList<int> steps, IReadOnlyList<VideoQuestion> questions, Func<AnsweredQuestion, Task> record, CancellationToken stop)
    {
        var (model, actor) = await ModelAsync(stop);
        if (model is not Sa2vaModel && questions.Any(question => question.Kind == QuestionKind.Caption))
            throw new RunException(RunFailureKind.Model, $"'{Order.Model}' is a UniPixel: it finds what sentences mean and answers questions, but describes no video with masks. Give a Sa2VA folder, or leave the caption out.");
        var images = await KeyFramePictures.ReadAsync(info, [.. steps.Select(Order.Frames.FrameOf)], model, sitting.Place.Limits, stop);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answers = Channel.CreateBounded<AnsweredQuestion>(questions.Count);
        var ground = new GroundVideo(images, questions, Order.MaxNewTokens, answers.Writer, asking.Token) { IsStill = info.IsStill };
        try
        {
            await actor.TellAsync(new KeyframeCommand.Ground(ground), stop);
        }
        catch
        {
            ground.Dispose();
            throw;
        }

        try
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(stop)) await record(answer);
        }
        finally
        {
            // Whatever ends it, nobody waits any more.
            await asking.CancelAsync();
        }
    }
}
