using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Conversations;

/// <summary>
/// One conversation while a node has it in memory: keeps its history, and has a child answer its questions, one after the other. The child's
/// memory of what was said is only a convenience: another one reads it again from the history.
/// </summary>
internal sealed class ConversationActor(IJournal journal, ConversationSitting sitting)
    : EventSourced<ConversationState, ConversationCommand, ConversationEvent>(journal, new ConversationCodec(), ConversationHistory.IdOf(sitting.ConversationId), sitting.Owner)
{
    private readonly IJournal _journal = journal;
    private ActorRef<ConversationWork>? _worker;

    /// <summary>Any failure ends the sitting; the message that woke it goes back.</summary>
    public static ActorOptions Options { get; } = new() { Supervision = SupervisionStrategy.StopOnFailure };

    protected override ConversationState Initial => ConversationState.Unknown;

    protected override IReadOnlyList<ConversationEvent> Decide(ConversationState state, ConversationCommand command, DateTimeOffset now) => ConversationLogic.Decide(state, command, now);

    protected override ConversationState Evolve(ConversationState state, ConversationEvent happened) => ConversationLogic.Evolve(state, happened);

    protected override ValueTask RecoveredAsync(CancellationToken cancellationToken)
    {
        sitting.Epoch = Epoch;
        return HandleAsync(new ConversationCommand.Claim(Epoch, sitting.Owner, sitting.MaxAttempts), cancellationToken);
    }

    protected override async ValueTask ActAsync(ConversationCommand command, IReadOnlyList<ConversationEvent> happened, CancellationToken cancellationToken)
    {
        (sitting.Open, sitting.Attempts) = (State.Open.Count, State.Attempts);
        if (happened.Any(one => one is ConversationEvent.QuestionAnswered or ConversationEvent.QuestionFailed))
            sitting.Tell(ConversationNews.Over(State.Turns[^1], Context.Time.GetUtcNow()));
        switch (command)
        {
            case ConversationCommand.Claim or ConversationCommand.Ask:
                await GoOnAsync(cancellationToken);
                break;
            case ConversationCommand.Answer or ConversationCommand.Fail:
                sitting.End();
                await GoOnAsync(cancellationToken);
                break;
            case ConversationCommand.Stop(var question):
                sitting.StopAnswer(question);
                break;
            case ConversationCommand.Check:
                await CheckAsync(cancellationToken);
                break;
            case ConversationCommand.Rest(var reply):
                var rests = !sitting.IsAnswering;
                if (rests) Context.StopSelf();
                reply.Reply(rests);
                break;
        }
    }

    private async ValueTask GoOnAsync(CancellationToken cancellationToken)
    {
        if (sitting.IsAnswering || sitting.IsDraining) return;
        if (State.Open.IsEmpty)
        {
            // Woken for nothing: somebody else was faster.
            if (_worker is null) sitting.Rest(isDraining: false);
            return;
        }

        var next = State.Open[0];
        if (next.IsStopped)
        {
            await HandleAsync(new ConversationCommand.Answer(next.Id, new SpokenAnswer("", [], Complete: false, []), sitting.Owner), cancellationToken);
            return;
        }

        sitting.Tell(ConversationNews.Began(next.Turn, Epoch, sitting.Owner, State.Attempts > 1, Context.Time.GetUtcNow()));
        _worker ??= Context.Spawn("worker", () => sitting.Worker(sitting, Context.Self), new ActorOptions { Supervision = SupervisionStrategy.EscalateOnFailure, MailboxCapacity = 1 });
        await _worker.TellAsync(new ConversationWork(State.Request!, State.Turns, next, sitting.Begin(next.Id)), cancellationToken);
    }

    /// <summary>An owner that was replaced, and has not noticed because nothing was to be written, ends.</summary>
    private async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var current = (await _journal.HeadAsync(PersistenceId, cancellationToken)).Epoch;
        if (current != Epoch) throw new FencedException(PersistenceId, Epoch, current);
    }
}

/// <summary>A question to be answered.</summary>
/// <param name="About">What the conversation is about.</param>
/// <param name="Before">What was said before, in order.</param>
/// <param name="Question">The question.</param>
/// <param name="Stop">Ends the answer where it is.</param>
internal sealed record ConversationWork(ConversationRequest About, IReadOnlyList<TurnRecord> Before, AskedQuestion Question, CancellationToken Stop);
