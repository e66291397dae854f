using System.Collections.Immutable;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>
/// A conversation about objects in one video. Its state is what is remembered of them; each question is answered from that and the clip
/// alone, so that a session that was stopped goes on with the same answers. A question that cannot be answered is told to whoever asked.
/// </summary>
internal sealed class ObjectSessionActor(IJournal journal, string owner, SessionClip clip, ObjectSessionWork work)
    : EventSourced<ObjectMemory, ObjectSessionCommand, ObjectSessionEvent>(journal, new ObjectSessionCodec(), PersistentId, owner)
{
    public const string PersistentId = "objects";

    public static ActorOptions Options { get; } = new() { MailboxCapacity = 16, Supervision = SupervisionStrategy.StopOnFailure };

    protected override ObjectMemory Initial { get; } = new();

    protected override IReadOnlyList<ObjectSessionEvent> Decide(ObjectMemory state, ObjectSessionCommand command, DateTimeOffset now) => ObjectSessionLogic.Decide(state, command);

    protected override ObjectMemory Evolve(ObjectMemory state, ObjectSessionEvent happened) => ObjectSessionLogic.Evolve(state, happened);

    protected override ValueTask RecoveredAsync(CancellationToken cancellationToken) => HandleAsync(new ObjectSessionCommand.ChooseClip(clip), cancellationToken);

    protected override async ValueTask ActAsync(ObjectSessionCommand command, IReadOnlyList<ObjectSessionEvent> happened, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case ObjectSessionCommand.Ask ask:
                await AnswerAsync(ask, cancellationToken);
                break;
            case ObjectSessionCommand.Forget(_, var reply):
                reply.Reply(happened.Count > 0);
                break;
            case ObjectSessionCommand.GetMemory(var reply):
                reply.Reply(State);
                break;
        }
    }

    private async ValueTask AnswerAsync(ObjectSessionCommand.Ask ask, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ask.Stop, cancellationToken);
        try
        {
            if (ask.Objects.Count > 0)
                await HandleAsync(new ObjectSessionCommand.Remember(await work.FindAsync(ask.Question, ask.Objects, either.Token)), cancellationToken);
            List<(int, ImmutableArray<Media.Masks.Rle>)> named = [.. ObjectSessionLogic.Named(State, ask.Question).Select(id => (id, State.Objects[id]))];
            var turn = new ObjectTurn(ask.Question, ask.AnswerStart, await work.AnswerAsync(ask.Question, named, ask.AnswerStart, ask.Said, either.Token));
            await HandleAsync(new ObjectSessionCommand.Record(turn), cancellationToken);
            ask.Reply.Reply(turn);
        }
        catch (OperationCanceledException stopped) when (ask.Stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            ask.Reply.Fail(stopped);
        }
        catch (ArgumentException refusal)
        {
            ask.Reply.Fail(new RunException(RunFailureKind.Settings, refusal.Message, refusal));
        }
        catch (Exception failure) when (RunFailures.Of(failure) is { Kind: not (RunFailureKind.TakenOver or RunFailureKind.Storage) } reason)
        {
            ask.Reply.Fail(failure as RunException ?? new RunException(reason.Kind, reason.Message, failure));
        }
    }
}
