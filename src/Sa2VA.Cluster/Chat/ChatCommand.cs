using System.Threading.Channels;
using Sa2VA.Actors;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Chat;

/// <summary>What the owner of a conversation understands.</summary>
internal abstract record ChatCommand
{
    /// <summary>Looks at the pictures; they are the message's until it is handled.</summary>
    public sealed record Look(ChatPictures Pictures, ReplyTo<bool> Reply) : ChatCommand, IDisposable
    {
        public void Dispose() => Pictures.Dispose();
    }

    /// <summary>Asks; questions are answered one after the other.</summary>
    public sealed record Ask(ChatQuestion Question) : ChatCommand, IDisposable
    {
        /// <summary>Also what happens to a question that reaches nobody.</summary>
        public void Dispose() => Question.Fail(new ObjectDisposedException(nameof(ChatSession), "The conversation was closed before the question was answered."));
    }

    /// <summary>Reads turns that were had before, in order.</summary>
    public sealed record Recall(IReadOnlyList<RecalledTurn> Turns, ReplyTo<bool> Reply) : ChatCommand;

    /// <summary>How many bytes what was read takes.</summary>
    public sealed record Measure(ReplyTo<long> Reply) : ChatCommand;

    /// <summary>Forgets what was said.</summary>
    public sealed record Restart(ReplyTo<bool> Reply) : ChatCommand;
}

/// <summary>One question on its way. What is said comes through a channel with room for every token of the answer, so that nobody waits for whoever reads it.</summary>
/// <param name="Text">What a person wrote.</param>
/// <param name="AsksForMask">Whether it says what to segment.</param>
/// <param name="Options">Limits.</param>
/// <param name="Said">Pieces of the answer; completed at its end, with the failure if there is one.</param>
/// <param name="Stop">Ends the answer where it is.</param>
internal sealed record ChatQuestion(string Text, bool AsksForMask, AskOptions Options, ChannelWriter<string> Said, CancellationToken Stop)
{
    private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Answer> Answer => _answer.Task;

    public void Complete(Answer answer)
    {
        _answer.TrySetResult(answer);
        Said.TryComplete();
    }

    public void Fail(Exception reason)
    {
        _answer.TrySetException(reason);
        _ = _answer.Task.Exception; // seen: whoever asked may have gone
        Said.TryComplete();
    }
}
