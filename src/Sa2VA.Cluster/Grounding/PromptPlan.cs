using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Cluster.Grounding;

/// <summary>Which objects are shown to the tracker on which steps, and how. Pure.</summary>
internal static class PromptPlan
{
    /// <summary>The prompts by step. Hints that do not fit the video or the selection are a <see cref="RunException"/>.</summary>
    public static SortedDictionary<int, List<ObjectPrompt>> Of(
        VideoOrder order, VideoFacts facts, IReadOnlyList<PlannedObject> objects, IReadOnlyList<int> keySteps)
    {
        var plan = new SortedDictionary<int, List<ObjectPrompt>>();
        foreach (var planned in objects)
        {
            if (planned.Embedding is { } embedding)
            {
                foreach (var step in planned.KeySteps ?? keySteps) Add(plan, step, new ObjectPrompt.Sentence(planned.ObjectId, embedding));
            }

            foreach (var hints in planned.Shown.GroupBy(p => p.Frame))
                Add(plan, StepOf(order.Frames, facts, hints.Key, planned.Label), OfHints(facts, planned, [.. hints]));
        }

        return plan;
    }

    /// <summary>The prompts of a correction: the mask that the object had on the frame, where it is refined, and then the hints.</summary>
    public static SortedDictionary<int, List<ObjectPrompt>> OfCorrection(VideoOrder order, VideoFacts facts, PlannedObject planned, ObjectCorrection correction, Rle? before)
    {
        var step = StepOf(order.Frames, facts, correction.Frame, planned.Label);
        var plan = new SortedDictionary<int, List<ObjectPrompt>>();
        if (before is not null && RleCodec.Area(before) > 0) Add(plan, step, new ObjectPrompt.Mask(planned.ObjectId, RleCodec.Decode(before)));
        Add(plan, step, OfHints(facts, planned, correction.Hints));
        return plan;
    }

    private static void Add(SortedDictionary<int, List<ObjectPrompt>> plan, int step, ObjectPrompt prompt)
    {
        if (!plan.TryGetValue(step, out var prompts)) plan[step] = prompts = [];
        prompts.Add(prompt);
    }

    private static int StepOf(FrameSelection frames, VideoFacts facts, int frame, string label)
        => frame < facts.FrameCount && frames.StepOf(frame) is { } step
            ? step
            : throw Unusable($"'{label}' is shown on frame {frame}, which is not among the frames to track ({Describe(frames, facts)}). Show it on one of them.");

    /// <summary>All hints on one frame become one prompt: a mask alone, or a box followed by clicks.</summary>
    private static ObjectPrompt OfHints(VideoFacts facts, PlannedObject planned, IReadOnlyList<VisualPrompt> hints)
    {
        if (hints.OfType<VisualPrompt.Mask>().FirstOrDefault() is { } mask)
        {
            if (hints.Count > 1)
                throw Unusable($"'{planned.Label}' has a mask and other hints on frame {mask.Frame}; a mask says everything, give it alone.");
            if (mask.Rle.Height != facts.Height || mask.Rle.Width != facts.Width)
                throw Unusable($"The mask of '{planned.Label}' is {mask.Rle.Width} x {mask.Rle.Height}, the video is {facts.Width} x {facts.Height}. Give a mask in the size of the video.");
            return new ObjectPrompt.Mask(planned.ObjectId, RleCodec.Decode(mask.Rle));
        }

        var boxes = hints.OfType<VisualPrompt.Box>().ToList();
        if (boxes.Count > 1) throw Unusable($"'{planned.Label}' has {boxes.Count} boxes on frame {boxes[0].Frame}; give one.");
        var prompt = boxes.Count == 1 ? BoxOf(facts, planned.Label, boxes[0]) : null;
        foreach (var points in hints.OfType<VisualPrompt.Points>())
        {
            var clicks = ClicksOf(facts, planned.Label, points);
            prompt = prompt?.Then(clicks) ?? clicks;
        }

        return new ObjectPrompt.Points(planned.ObjectId, prompt!);
    }

    private static PointPrompt BoxOf(VideoFacts facts, string label, VisualPrompt.Box box)
    {
        if (box.X1 <= box.X0 || box.Y1 <= box.Y0)
            throw Unusable($"The box of '{label}' runs from {box.X0},{box.Y0} to {box.X1},{box.Y1}; give its top left corner first.");
        CheckInside(facts, label, box.X0, box.Y0);
        CheckInside(facts, label, box.X1, box.Y1);
        return PointPrompt.Box(box.X0, box.Y0, box.X1, box.Y1);
    }

    private static PointPrompt ClicksOf(VideoFacts facts, string label, VisualPrompt.Points points)
    {
        if (points.Labels.Length == 0 || points.Coordinates.Length != points.Labels.Length * 2)
            throw Unusable($"'{label}' has {points.Coordinates.Length} coordinates for {points.Labels.Length} points; give x and y of each.");
        if (Array.Find(points.Labels, l => l is not (0 or 1)) is var odd && odd != 0)
            throw Unusable($"A point of '{label}' is labelled {odd}; 1 is on the object, 0 is off it.");
        for (var i = 0; i < points.Labels.Length; i++) CheckInside(facts, label, points.Coordinates[2 * i], points.Coordinates[2 * i + 1]);
        return new PointPrompt(points.Coordinates, points.Labels);
    }

    private static void CheckInside(VideoFacts facts, string label, float x, float y)
    {
        if (x >= 0 && y >= 0 && x <= facts.Width && y <= facts.Height) return;
        throw Unusable($"'{label}' is shown at {x},{y}, outside the video of {facts.Width} x {facts.Height} pixels. Coordinates are pixels from the top left.");
    }

    private static string Describe(FrameSelection frames, VideoFacts facts)
        => $"{frames.First} to {Math.Min(frames.Last ?? long.MaxValue, facts.FrameCount - 1)}{(frames.Stride > 1 ? $", every {frames.Stride}" : "")}";

    private static RunException Unusable(string message) => new(RunFailureKind.Settings, message);
}
