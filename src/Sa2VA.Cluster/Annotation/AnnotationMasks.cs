using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Exports;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Annotation;

/// <summary>Walks through the masks of a video; memory does not grow with their bytes.</summary>
internal static class AnnotationMasks
{
    /// <summary>Looks at all masks once and chooses what is shown.</summary>
    /// <exception cref="ExportException">The masks are not those of one video.</exception>
    public static async Task<AnnotationPlan> PlanAsync(ExportVideo video, AnnotationRules rules, CancellationToken cancellationToken)
    {
        var places = video.Objects.Index().ToDictionary(one => one.Item.Id, one => one.Index);
        var areas = video.Objects.Select(_ => new List<int>()).ToList();
        var frames = new List<int>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            frames.Add(step.Frame);
            foreach (var mask in step.Masks)
            {
                if (mask.Rle.Width != video.Width || mask.Rle.Height != video.Height)
                    throw new ExportException($"A mask of '{video.Name}' on frame {step.Frame} is {mask.Rle.Width}x{mask.Rle.Height}; the video is {video.Width}x{video.Height}.");
                areas[places[mask.ObjectId]].Add((int)RleCodec.Area(mask.Rle));
                hash.AppendData(Encoding.UTF8.GetBytes($"{step.Frame}/{mask.ObjectId}/{mask.Rle.Counts}\n"));
            }

            // An object that a step knows nothing of is not there.
            foreach (var area in areas.Where(area => area.Count < frames.Count)) area.Add(0);
        }

        if (frames.Count == 0) throw new ExportException($"'{video.Name}' has no frame with masks.");
        return new AnnotationPlan(frames, AnnotationPlanner.Plan(video.Objects, areas, rules), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The masks that the plan shows, by object and step; one that is not there is empty.</summary>
    public static async Task<IReadOnlyDictionary<(int ObjectId, int Step), Rle>> CollectAsync(ExportVideo video, AnnotationPlan plan, CancellationToken cancellationToken)
    {
        var wanted = plan.Objects.SelectMany(one => one.Steps.Select(step => (one.Object.Id, step))).ToHashSet();
        var found = wanted.ToDictionary(one => one, _ => RleCodec.Empty(video.Height, video.Width));
        var number = 0;
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            foreach (var mask in step.Masks.Where(mask => wanted.Contains((mask.ObjectId, number)))) found[(mask.ObjectId, number)] = mask.Rle;
            number++;
        }

        return found;
    }
}
