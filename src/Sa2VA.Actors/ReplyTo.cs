namespace Sa2VA.Actors;

/// <summary>Where the answer to one question goes. The first answer counts; later ones are ignored.</summary>
public sealed class ReplyTo<TReply> : IReply
{
    private readonly TaskCompletionSource<TReply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<TReply> Task => _answer.Task;

    /// <summary>Answers; false when an answer or a failure had been given before.</summary>
    public bool Reply(TReply answer) => _answer.TrySetResult(answer);

    /// <summary>Answers with a failure, which the asker sees as an exception.</summary>
    public bool Fail(Exception reason)
    {
        var first = _answer.TrySetException(reason);
        _ = _answer.Task.Exception; // seen: an asker that timed out must not leave an unobserved exception
        return first;
    }
}

/// <summary>The part of a reply that the host needs: failing it when its message cannot be handled.</summary>
internal interface IReply
{
    bool Fail(Exception reason);
}

/// <summary>A message on its way, with the reply that waits for it, if any.</summary>
internal readonly record struct Envelope<TMessage>(TMessage Message, IReply? Reply);
