namespace Sa2VA.Evaluation.Captions.Scores;

/// <summary>
/// Average precision at an IoU of one half as COCO's evaluation has it (all areas, 100 masks an image, 101 points of recall), for masks that all
/// have the same score, as captions' do. Their order decides then: images by id, and the masks of an image in the order of the caption.
/// </summary>
internal static class AveragePrecision
{
    /// <summary>Most masks of an image that count.</summary>
    public const int MaxMasks = 100;

    private const double Threshold = 0.5;
    private const int RecallPoints = 101;

    /// <summary>
    /// Whether each predicted mask is right, in their order; those that find a crowd are neither right nor wrong, and left out. A mask takes the true
    /// mask with the highest IoU that nobody has taken before; a crowd may be found many times, and only its part within the prediction counts.
    /// </summary>
    public static IReadOnlyList<bool> Hits(IReadOnlyList<RunMask> predicted, IReadOnlyList<(RunMask Mask, bool IsCrowd)> truth)
    {
        var order = truth.OrderBy(one => one.IsCrowd).ToList();
        var taken = new bool[order.Count];
        var hits = new List<bool>();
        foreach (var mask in predicted.Take(MaxMasks))
        {
            var (best, found) = (Math.Min(Threshold, 1 - 1e-10), -1);
            for (var i = 0; i < order.Count; i++)
            {
                if (taken[i] && !order[i].IsCrowd) continue;
                // Crowds come last, and only who has found nothing else finds them.
                if (found >= 0 && !order[found].IsCrowd && order[i].IsCrowd) break;
                var iou = order[i].IsCrowd ? (mask.Area == 0 ? 0 : (double)mask.Common(order[i].Mask) / mask.Area) : mask.IoU(order[i].Mask);
                if (iou < best) continue;
                (best, found) = (iou, i);
            }

            if (found >= 0) taken[found] = true;
            if (found < 0 || !order[found].IsCrowd) hits.Add(found >= 0);
        }

        return hits;
    }

    /// <summary>The average precision; null when there is nothing to find.</summary>
    /// <param name="hits">Of all images, in order.</param>
    /// <param name="truths">True masks of all images, crowds left out.</param>
    public static double? Of(IEnumerable<bool> hits, int truths)
    {
        if (truths == 0) return null;
        var (recalls, precisions) = (new List<double>(), new List<double>());
        var right = 0;
        foreach (var hit in hits)
        {
            if (hit) right++;
            recalls.Add((double)right / truths);
            precisions.Add((double)right / (precisions.Count + 1));
        }

        for (var i = precisions.Count - 2; i >= 0; i--) precisions[i] = Math.Max(precisions[i], precisions[i + 1]);
        var (sum, at) = (0.0, 0);
        for (var point = 0; point < RecallPoints; point++)
        {
            // Multiplied, not divided, as NumPy does: the points differ in the last bit, and recalls lie on them.
            while (at < recalls.Count && recalls[at] < point * (1.0 / (RecallPoints - 1))) at++;
            if (at < recalls.Count) sum += precisions[at];
        }

        return sum / RecallPoints;
    }
}
