using System.Globalization;
using Sa2VA.Cluster.Runs;

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

    /// <summary>The place in a clip of the frame on which an object is pointed at.</summary>
    /// <exception cref="RunException">It is pointed at where there is nothing to see.</exception>
    public static int PlaceOf(SessionClip clip, PointedAt one)
    {
        if (one.Coordinates.Index().Any(at => !(at.Item >= 0 && at.Item <= (at.Index % 2 == 0 ? clip.Width : clip.Height))))
            throw new RunException(RunFailureKind.Settings, string.Create(CultureInfo.InvariantCulture, $"Object [{one.ObjectId}] is pointed at at {string.Join(", ", one.Coordinates.Select(value => value.ToString(CultureInfo.InvariantCulture)))}, outside the video of {clip.Width} x {clip.Height} pixels."));
        return clip.Frames.IndexOf(one.Frame) is var place and >= 0
            ? place
            : throw new RunException(RunFailureKind.Settings, string.Create(CultureInfo.InvariantCulture, $"Object [{one.ObjectId}] is pointed at on frame {one.Frame}, which the model does not see. It sees {string.Join(", ", clip.Frames)}; begin a session that keeps frame {one.Frame} to point there."));
    }

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
