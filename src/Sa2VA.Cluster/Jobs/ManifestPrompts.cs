using System.Text.Json;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Jobs;

/// <summary>Reads the <c>prompts</c> of a line. Each is a hint for an object of its own, unless it has a label: those of one label are hints for one object.</summary>
internal static class ManifestPrompts
{
    private const int MaxLabelLength = 200;
    private const int MaxPoints = 1000;

    private static readonly string[] Fields = ["label", "frame", "points", "box", "mask"];
    private static readonly string[] Kinds = ["points", "box", "mask"];

    public static IEnumerable<RunTarget> Read(ManifestField prompts, FrameSelection? frames)
    {
        var hints = prompts.Items().Select((prompt, i) => Hint(prompt, i, frames)).ToList();
        // Without a label a hint stands alone; its number, which is no text, is then its group.
        return hints.GroupBy(h => h.Label ?? (object)h.Number)
            .Select(group => new RunTarget.Prompted(group.First().Label ?? group.First().Shown, [.. group.Select(h => h.Prompt)]));
    }

    /// <summary>The hints of one prompt by itself: a mask, or points and a box, on its frame.</summary>
    public static IReadOnlyList<VisualPrompt> ReadHints(ManifestField prompt)
    {
        var frame = prompt.Require("frame").Integer(0, int.MaxValue);
        var hints = new List<VisualPrompt>();
        if (prompt.Find("box") is { } box) hints.Add(Box(box, frame));
        if (prompt.Find("points") is { } points) hints.Add(Points(points, frame));
        if (prompt.Find("mask") is { } mask) hints.Add(hints.Count == 0 ? Mask(mask, frame) : throw mask.Refused("says everything; give it without \"points\" and \"box\"."));
        return hints.Count > 0 ? hints : throw prompt.Refused("has none of \"points\", \"box\", \"mask\" and \"text\"; it must show, or say, what is meant.");
    }

    private static (string? Label, int Number, string Shown, VisualPrompt Prompt) Hint(ManifestField prompt, int number, FrameSelection? frames)
    {
        prompt.Allow(Fields);
        var given = Kinds.Where(kind => prompt.Find(kind) is not null).ToList();
        if (given.Count != 1) throw prompt.Refused($"has {(given.Count == 0 ? "none" : string.Join(" and ", given))} of \"points\", \"box\" and \"mask\"; it must have exactly one.");
        var field = prompt.Require("frame");
        var frame = field.Integer(0, int.MaxValue);
        if (frames is not null && frames.StepOf(frame) is null)
            throw field.Refused($"is {frame}, which \"frames\" leaves out. Choose a frame that is tracked.");
        VisualPrompt hint = given[0] switch
        {
            "points" => Points(prompt.Require("points"), frame),
            "box" => Box(prompt.Require("box"), frame),
            _ => Mask(prompt.Require("mask"), frame),
        };
        return (prompt.Find("label")?.Text(MaxLabelLength), number, $"{(given[0] == "points" ? "point" : given[0])} {number + 1}", hint);
    }

    private static VisualPrompt.Points Points(ManifestField field, int frame)
    {
        var (coordinates, labels) = (new List<float>(), new List<int>());
        foreach (var point in field.Items())
        {
            var numbers = point.Items().ToList();
            if (numbers.Count is not (2 or 3)) throw point.Refused($"has {numbers.Count} numbers; a point is [x, y], or [x, y, 0] for a place that is not on the object.");
            coordinates.AddRange([numbers[0].Pixels(), numbers[1].Pixels()]);
            labels.Add(numbers.Count == 3 ? numbers[2].Integer(0, 1) : 1);
        }

        return labels.Count is > 0 and <= MaxPoints
            ? new VisualPrompt.Points(frame, [.. coordinates], [.. labels]) : throw field.Refused($"has {labels.Count} points; it may have 1 to {MaxPoints}.");
    }

    private static VisualPrompt.Box Box(ManifestField field, int frame)
    {
        var corners = field.Items().Select(item => item.Pixels()).ToList();
        if (corners.Count != 4) throw field.Refused($"has {corners.Count} numbers; a box is [left, top, right, bottom].");
        return corners[2] > corners[0] && corners[3] > corners[1]
            ? new VisualPrompt.Box(frame, corners[0], corners[1], corners[2], corners[3])
            : throw field.Refused($"ends at ({corners[2]}, {corners[3]}), which must lie right of and below where it begins, ({corners[0]}, {corners[1]}).");
    }

    /// <summary>A mask in COCO's form, with the compressed string or with the plain list of run lengths.</summary>
    private static VisualPrompt.Mask Mask(ManifestField field, int frame)
    {
        field.Allow(["size", "counts"]);
        var size = field.Require("size");
        var sides = size.Items().Select(item => item.Integer(1, 1 << 16)).ToList();
        if (sides.Count != 2) throw size.Refused($"has {sides.Count} numbers; it is [height, width].");
        if ((long)sides[0] * sides[1] > MediaLimits.Default.MaxPixels) throw size.Refused($"is {sides[0]} x {sides[1]}, more pixels than a video's frame may have.");

        var counts = field.Require("counts");
        var runs = Runs(counts);
        if (runs.Any(run => run < 0) || runs.Sum(run => (long)run) != (long)sides[0] * sides[1])
            throw counts.Refused($"does not fill a mask of {sides[0]} x {sides[1]}; the run lengths or the size are wrong.");
        return runs.Where((run, i) => i % 2 == 1).Any(run => run > 0)
            ? new VisualPrompt.Mask(frame, new Rle(sides[0], sides[1], RleCodec.ToCounts(runs))) : throw counts.Refused("marks no pixel; a mask must show the object.");
    }

    private static IReadOnlyList<int> Runs(ManifestField counts)
    {
        if (counts.Value.ValueKind == JsonValueKind.Array) return [.. counts.Items().Select(item => item.Integer(0, int.MaxValue))];
        try
        {
            return RleCodec.FromCounts(counts.Text(ManifestReader.MaxLineBytes));
        }
        catch (InvalidDataException failure)
        {
            throw counts.Refused("cannot be read: " + failure.Message);
        }
    }
}
