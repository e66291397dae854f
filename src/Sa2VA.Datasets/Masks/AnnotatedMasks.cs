using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>Masks filed under annotation ids: an expression names as many ids as it means objects.</summary>
internal sealed class AnnotatedMasks(IMaskLists lists) : IMaskSource
{
    public string Path => lists.Path;

    public bool Has(VideoEntry video, IReadOnlyList<ExpressionEntry> present) => present.Count == 0 || present.Any(e => e.Annotations is not null);

    public IReadOnlyList<Rle> Masks(VideoEntry video, ExpressionEntry expression, int frame)
    {
        if (expression.Annotations is not { } ids)
            throw new DatasetException($"Expression '{expression.Id}' of video '{video.Id}' has no 'anno_id', and '{Path}' files masks under them.");
        var masks = new List<Rle>(ids.Count);
        foreach (var id in ids)
        {
            if (lists.Frame(id, video, frame) is { } mask)
                masks.Add(mask);
        }

        return masks;
    }
}
