using System.Threading.Channels;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Grounding;

/// <summary>What the language model made of one question.</summary>
internal sealed record AnsweredQuestion(int Target, ResolvedPrompt Prompt)
{
    /// <summary>Of the question.</summary>
    public QuestionKind Kind { get; init; }
}

/// <summary>
/// Questions about one video. It owns the key frames until they were looked at. Answers come in any order; their channel has room for all of
/// them, so that nobody waits for whoever reads them, and it is completed when there are no more, with a failure if some are missing.
/// </summary>
/// <param name="keyFrames">The pictures, in order of time.</param>
/// <param name="questions">At least one; targets differ within a kind.</param>
/// <param name="maxNewTokens">Most tokens of an answer.</param>
/// <param name="answers">Bounded by the number of questions.</param>
/// <param name="stop">When nobody waits any more.</param>
internal sealed class GroundVideo(
    IReadOnlyList<RgbImage> keyFrames, IReadOnlyList<VideoQuestion> questions, int maxNewTokens,
    ChannelWriter<AnsweredQuestion> answers, CancellationToken stop) : IDisposable
{
    public IReadOnlyList<RgbImage> KeyFrames => keyFrames;

    /// <summary>Whether they are the tiles of a still picture.</summary>
    public bool IsStill { get; init; }

    public IReadOnlyList<VideoQuestion> Questions => questions;

    public int MaxNewTokens => maxNewTokens;

    /// <summary>Whether nobody waits any more.</summary>
    public bool IsGivenUp => stop.IsCancellationRequested;

    public void Answer(VideoQuestion question, ResolvedPrompt prompt) => answers.TryWrite(new AnsweredQuestion(question.Target, prompt) { Kind = question.Kind });

    /// <summary>All is said.</summary>
    public void Complete() => answers.TryComplete();

    /// <summary>What was not answered will not be.</summary>
    public void Fail(Exception reason) => answers.TryComplete(reason);

    /// <summary>The pictures are not needed any more.</summary>
    public void Release()
    {
        foreach (var image in keyFrames) image.Dispose();
    }

    /// <summary>Also what happens to questions that reach nobody.</summary>
    public void Dispose()
    {
        Release();
        Fail(new GroundingInterruptedException());
    }
}

/// <summary>The language model was closed, or its actor failed over something else, before a question was answered: asking again is right.</summary>
internal sealed class GroundingInterruptedException() : Exception("The language model was interrupted before it had answered.");
