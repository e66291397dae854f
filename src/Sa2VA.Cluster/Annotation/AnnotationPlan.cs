using Sa2VA.Cluster.Exports;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Annotation;

/// <summary>What is shown of an object.</summary>
/// <param name="Object">Which.</param>
/// <param name="Largest">Steps on which it is looked at by itself, one for each attempt: the one where it is largest, then others some way off. Empty when it is not looked at.</param>
/// <param name="Area">Its pixels on the first of them, or on the step where it is largest.</param>
/// <param name="Clip">Steps that the video level is shown, in order.</param>
/// <param name="LeftOut">Why nothing is asked about it; null when something is.</param>
public sealed record PlannedAnnotation(ExportObject Object, IReadOnlyList<int> Largest, int Area, IReadOnlyList<int> Clip, ObjectOutcome? LeftOut)
{
    /// <summary>All steps with a mask that is needed.</summary>
    internal IEnumerable<int> Steps => LeftOut is null ? Largest.Concat(Clip).Distinct() : [];
}

/// <summary>What is shown of a video's objects.</summary>
/// <param name="Frames">The frame of the file behind each step.</param>
/// <param name="Objects">In the order of the video.</param>
/// <param name="Masks">SHA-256 over all masks.</param>
public sealed record AnnotationPlan(IReadOnlyList<int> Frames, IReadOnlyList<PlannedAnnotation> Objects, string Masks);

/// <summary>Chooses what is shown. Pure arithmetic over the areas of the masks.</summary>
internal static class AnnotationPlanner
{
    // Attempts look at frames that are at least a tenth of the video apart: neighbours show the same.
    private const int Spacing = 10;

    /// <summary>Chooses for all objects of a video.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="areas">For each, its pixels on every step.</param>
    /// <param name="rules">How many, how often, how large.</param>
    public static IReadOnlyList<PlannedAnnotation> Plan(IReadOnlyList<ExportObject> objects, IReadOnlyList<IReadOnlyList<int>> areas, AnnotationRules rules)
    {
        var taken = objects.Index().Select(one => (one.Index, Largest: areas[one.Index].DefaultIfEmpty().Max()))
            .Where(one => one.Largest >= rules.MinPixels).OrderByDescending(one => one.Largest).ThenBy(one => one.Index).Take(rules.MaxObjects).Select(one => one.Index).ToHashSet();
        return [.. objects.Select((one, place) =>
        {
            var seen = areas[place];
            var largest = seen.DefaultIfEmpty().Max();
            return taken.Contains(place)
                ? new PlannedAnnotation(one, LargestOf(seen, rules.Attempts), largest, ClipOf(seen, rules.Frames), LeftOut: null)
                : new PlannedAnnotation(one, [], largest, [], largest < rules.MinPixels ? ObjectOutcome.TooSmall : ObjectOutcome.LeftOut);
        })];
    }

    /// <summary>The steps where an object is largest, some way from each other; the earlier where two are equal.</summary>
    public static IReadOnlyList<int> LargestOf(IReadOnlyList<int> areas, int count)
    {
        var chosen = new List<int>();
        var apart = Math.Max(1, areas.Count / Spacing);
        foreach (var (step, area) in areas.Index().OrderByDescending(one => one.Item).ThenBy(one => one.Index))
        {
            if (chosen.Count == count || area == 0) break;
            if (chosen.TrueForAll(other => Math.Abs(other - step) >= apart)) chosen.Add(step);
        }

        return chosen;
    }

    /// <summary>
    /// Steps spread over the whole video, as in the paper. An object that would be on fewer than two of them is shown between its first and
    /// last appearance instead: the questions would have no answer otherwise.
    /// </summary>
    public static IReadOnlyList<int> ClipOf(IReadOnlyList<int> areas, int count)
    {
        var whole = KeyFrameChoice.Rounded(areas.Count, count);
        if (whole.Count(step => areas[step] > 0) >= Math.Min(2, areas.Count(area => area > 0))) return whole;
        var first = areas.Index().First(one => one.Item > 0).Index;
        var last = areas.Index().Last(one => one.Item > 0).Index;
        return [.. KeyFrameChoice.Rounded(last - first + 1, count).Select(step => first + step)];
    }
}
