using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Annotation.Actors;

/// <summary>
/// Owns what is known of one video's annotation. An answer counts once it is in the journal; whoever claims the video later takes it over, and
/// the one before can write no more.
/// </summary>
internal sealed class AnnotationActor(IJournal journal, string owner, string video)
    : EventSourced<VideoAnnotation, AnnotationCommand, AnnotationEvent>(journal, new AnnotationCodec(), "annotation/" + video, owner)
{
    public static ActorOptions Options { get; } = new() { Supervision = SupervisionStrategy.StopOnFailure };

    protected override VideoAnnotation Initial { get; } = new();

    // Answers are small beside the questions' cost, and a snapshot holds them all.
    protected override int SnapshotEvery => 256;

    protected override IReadOnlyList<AnnotationEvent> Decide(VideoAnnotation state, AnnotationCommand command, DateTimeOffset now) => AnnotationLogic.Decide(state, command);

    protected override VideoAnnotation Evolve(VideoAnnotation state, AnnotationEvent happened) => AnnotationLogic.Evolve(state, happened);

    protected override ValueTask ActAsync(AnnotationCommand command, IReadOnlyList<AnnotationEvent> happened, CancellationToken cancellationToken)
    {
        if (command is AnnotationCommand.Begin begin && begin.Identity.DifferenceFrom(State.Identity!) is { } difference)
        {
            command.Reply.Fail(new RunException(
                RunFailureKind.Settings, $"The work folder has answers about '{video}' already, and they belong to {difference}. Name another folder with --out, or remove this one."));
        }
        else
        {
            command.Reply.Reply(State);
        }

        return ValueTask.CompletedTask;
    }
}
