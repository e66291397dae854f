namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>The thinking of a session: pure.</summary>
internal static class ObjectSessionLogic
{
    public static IReadOnlyList<ObjectSessionEvent> Decide(ObjectMemory memory, ObjectSessionCommand command) => command switch
    {
        ObjectSessionCommand.ChooseClip(var clip) when memory.Clip is null => [new ObjectSessionEvent.ClipChosen(clip)],
        ObjectSessionCommand.Remember(var objects) => [.. objects.OrderBy(one => one.Key).Select(one => new ObjectSessionEvent.ObjectRemembered(one.Key, one.Value))],
        ObjectSessionCommand.Forget(var id, _) when memory.Objects.ContainsKey(id) => [new ObjectSessionEvent.ObjectForgotten(id)],
        ObjectSessionCommand.Record(var turn) => [new ObjectSessionEvent.QuestionAnswered(turn)],
        _ => [],
    };

    public static ObjectMemory Evolve(ObjectMemory memory, ObjectSessionEvent happened) => happened switch
    {
        ObjectSessionEvent.ClipChosen(var clip) => memory with { Clip = clip },
        ObjectSessionEvent.ObjectRemembered(var id, var masks) => memory with { Objects = memory.Objects.SetItem(id, masks) },
        ObjectSessionEvent.ObjectForgotten(var id) => memory with { Objects = memory.Objects.Remove(id) },
        ObjectSessionEvent.QuestionAnswered(var turn) => memory with { Turns = memory.Turns.Add(turn) },
        _ => memory,
    };

    /// <summary>The remembered objects that a question names, by id.</summary>
    public static IReadOnlyList<int> Named(ObjectMemory memory, string question)
        => [.. memory.Objects.Keys.Where(id => question.Contains($"[{id}]", StringComparison.Ordinal))];

    /// <summary>Sampled frames, the nearest of which give way to those that have to be among them.</summary>
    public static int[] Frames(int[] sampled, IEnumerable<int> kept)
    {
        var frames = sampled.ToList();
        foreach (var frame in kept.Distinct().Where(frame => !sampled.Contains(frame)))
        {
            var nearest = frames.Where(other => sampled.Contains(other)).OrderBy(other => Math.Abs(other - frame)).ThenBy(other => other).Cast<int?>().FirstOrDefault();
            if (nearest is { } gone) frames.Remove(gone);
            frames.Add(frame);
        }

        return [.. frames.Order()];
    }
}
