namespace Sa2VA.Cluster.Annotation.Actors;

/// <summary>The thinking of a video's annotation: pure.</summary>
internal static class AnnotationLogic
{
    public static IReadOnlyList<AnnotationEvent> Decide(VideoAnnotation state, AnnotationCommand command) => command switch
    {
        // What was begun and never answered binds nobody: a name may have been wrong.
        AnnotationCommand.Begin(var identity, _) when state.Identity is null || (state.Objects.IsEmpty && state.Identity != identity) => [new AnnotationEvent.AnnotationBegun(identity)],
        AnnotationCommand.Record(var id, var known, var answer, _) when state.Of(id).Answers.Count == known => [new AnnotationEvent.StepAnswered(id, answer)],
        AnnotationCommand.GiveUp(var id, var refusal, _) when state.Of(id).Refusal is null => [new AnnotationEvent.StepRefused(id, refusal)],
        _ => [],
    };

    public static VideoAnnotation Evolve(VideoAnnotation state, AnnotationEvent happened) => happened switch
    {
        AnnotationEvent.AnnotationBegun(var identity) => state with { Identity = identity },
        AnnotationEvent.StepAnswered(var id, var answer) => With(state, id, state.Of(id) with { Answers = state.Of(id).Answers.Add(answer) }),
        AnnotationEvent.StepRefused(var id, var refusal) => With(state, id, state.Of(id) with { Refusal = refusal }),
        _ => state,
    };

    private static VideoAnnotation With(VideoAnnotation state, int id, ObjectRecord record) => state with { Objects = state.Objects.SetItem(id, record) };
}
