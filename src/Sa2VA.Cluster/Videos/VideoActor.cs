using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// One video: decides what becomes of it and keeps its history. The work is done by a child, which reports what it
/// has done and goes on once that is recorded. A failure of the child that a person need not act on restarts both,
/// from the last checkpoint.
/// </summary>
internal sealed class VideoActor(IJournal journal, Sitting sitting)
    : EventSourced<Video, VideoCommand, VideoEvent>(journal, new VideoCodec(), sitting.VideoId, sitting.Place.Owner)
{
    /// <summary>
    /// Failures with a reason stop it at once, and so does a server that is away, which the node waits for; others restart it three times in
    /// a row at most.
    /// </summary>
    public static ActorOptions Options { get; } = new()
    {
        Supervision = new SupervisionStrategy
        {
            Decider = static failure => RunFailures.Of(failure) is null && !ServerUnavailableException.Is(failure) ? Directive.Restart : Directive.Stop,
            MaxRestarts = 3,
            MinBackoff = TimeSpan.FromMilliseconds(250),
        },
    };

    private ActorRef<VideoWork>? _worker;

    protected override Video Initial => Video.Unknown;

    protected override IReadOnlyList<VideoEvent> Decide(Video state, VideoCommand command, DateTimeOffset now) => VideoLogic.Decide(state, command, now);

    protected override Video Evolve(Video state, VideoEvent happened) => VideoLogic.Evolve(state, happened);

    protected override ValueTask RecoveredAsync(CancellationToken cancellationToken)
        => HandleAsync(new VideoCommand.Claim(sitting.Order, Epoch, sitting.Place.Owner), cancellationToken);

    protected override async ValueTask ActAsync(VideoCommand command, IReadOnlyList<VideoEvent> happened, CancellationToken cancellationToken)
    {
        foreach (var one in happened) sitting.Place.Happened(one);
        switch (command)
        {
            case VideoCommand.Claim when State.IsOver:
                End();
                break;
            case VideoCommand.Claim:
                await StartWorkAsync(cancellationToken);
                break;
            case VideoCommand.RecordFacts(_, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.ResolvePrompt(_, _, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.RecordCheckpoint(_, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.RecordSaid(_, _, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.RecordCheck(_, _, _, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.Conclude(_, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.ResolveAgain(_, _, _, _, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.EndReground(_, _, _, _, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.GetStatus(var reply):
                reply.Reply(State);
                break;
            case VideoCommand.BeginCorrection(_, _, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.CompletePass(_, var reply):
                reply.Reply(State);
                break;
            case VideoCommand.Complete when !State.IsOver:
                // More was asked while the last pass ended.
                await _worker!.TellAsync(new VideoWork(State, sitting.Paused), cancellationToken);
                break;
            case VideoCommand.Complete or VideoCommand.Fail or VideoCommand.Paused:
                End();
                break;
            case VideoCommand.Pause or VideoCommand.Cancel:
                sitting.Pause();
                break;
        }
    }

    private async ValueTask StartWorkAsync(CancellationToken cancellationToken)
    {
        sitting.Epoch = Epoch;
        await sitting.Place.Results.ClaimAsync(sitting.VideoId, Epoch, cancellationToken);
        _worker = Context.Spawn(
            "worker", () => sitting.Place.Worker(sitting, Context.Self, Epoch),
            new ActorOptions { Supervision = SupervisionStrategy.EscalateOnFailure, MailboxCapacity = 1 });
        await _worker.TellAsync(new VideoWork(State, sitting.Paused), cancellationToken);
    }

    private void End()
    {
        sitting.End(State);
        Context.StopSelf();
    }
}
