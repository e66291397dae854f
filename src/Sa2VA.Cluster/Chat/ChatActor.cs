using Sa2VA.Actors;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Chat;

/// <summary>
/// Owns one conversation with a language model that others use too. Its work goes to the model's thread in small pieces, in turn with those
/// of other conversations and of videos, so that a long answer holds up nobody. What goes wrong with a question is told to whoever asked it;
/// the conversation stays as it was before.
/// </summary>
internal sealed class ChatActor(IConversingModel model, TensorThread tensors) : Actor<ChatCommand>
{
    /// <summary>Questions that may wait.</summary>
    public const int MailboxCapacity = 8;

    // Tokens after which others get a turn, and the reader hears of them.
    private const int TokensPerPiece = 4;

    private Conversation? _conversation;

    public override async ValueTask ReceiveAsync(ChatCommand message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case ChatCommand.Look(var pictures, var reply):
                using (pictures)
                {
                    try
                    {
                        _conversation = await tensors.RunAsync(() => Look(pictures), cancellationToken);
                        reply.Reply(true);
                    }
                    catch (Exception failure) when (failure is not OperationCanceledException)
                    {
                        reply.Fail(failure);
                    }
                }

                break;
            case ChatCommand.Ask(var question):
                await AnswerAsync(question, cancellationToken);
                break;
            case ChatCommand.Recall(var turns, var reply):
                await RecallAsync(turns, reply, cancellationToken);
                break;
            case ChatCommand.Measure(var reply):
                reply.Reply(_conversation?.MemoryBytes ?? 0);
                break;
            case ChatCommand.Restart(var reply):
                if (_conversation is { } said) await tensors.RunAsync(said.Restart, cancellationToken);
                reply.Reply(true);
                break;
        }
    }

    public override async ValueTask PostStopAsync()
    {
        if (_conversation is { } conversation) await tensors.RunAsync(conversation.Dispose, CancellationToken.None);
    }

    private Conversation Look(ChatPictures pictures)
    {
        using var scope = NewDisposeScope();
        return pictures.Pictures.Count == 0 ? model.Converse() : model.Converse(model.Encode([pictures.Input], framesAtOnce: 1)[0]);
    }

    private async Task RecallAsync(IReadOnlyList<RecalledTurn> turns, ReplyTo<bool> reply, CancellationToken cancellationToken)
    {
        try
        {
            var conversation = _conversation ?? throw new InvalidOperationException("The conversation has not begun.");
            // One at a time, so that others get a turn in between.
            foreach (var turn in turns)
                await tensors.RunAsync(() => model.Recall(conversation, turn.Question, turn.AsksForMask, turn.TokenIds, turn.Complete), cancellationToken);
            reply.Reply(true);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            reply.Fail(failure);
        }
    }

    private async Task AnswerAsync(ChatQuestion question, CancellationToken cancellationToken)
    {
        try
        {
            var conversation = _conversation ?? throw new InvalidOperationException("The conversation has not begun.");
            var pending = await tensors.RunAsync(() => Begin(conversation, question), cancellationToken);
            try
            {
                while (pending.Answer is null)
                {
                    var said = await tensors.RunAsync(() => Decode(pending, question.Stop), cancellationToken);
                    if (said.Length > 0) question.Said.TryWrite(said);
                }
            }
            finally
            {
                // An answer that is not complete was never asked for then.
                await tensors.RunAsync(pending.Dispose, CancellationToken.None);
            }

            question.Complete(pending.Answer);
        }
        catch (OperationCanceledException stopped)
        {
            question.Fail(new ObjectDisposedException("The conversation was closed before the question was answered.", stopped));
            throw;
        }
        catch (Exception failure)
        {
            question.Fail(failure);
        }
    }

    private PendingAnswer Begin(Conversation conversation, ChatQuestion question)
    {
        using var scope = NewDisposeScope();
        return model.Say(conversation, question.Text, question.Options, question.AsksForMask);
    }

    private string Decode(PendingAnswer pending, CancellationToken stop)
    {
        for (var token = 0; token < TokensPerPiece && pending.Answer is null; token++)
        {
            if (stop.IsCancellationRequested) pending.End();
            using var scope = NewDisposeScope();
            model.Step([pending]);
        }

        return pending.TakeText();
    }
}
