using System.Globalization;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// Masks filed under the number of their expression, counted over all videos by name and their expressions by id, both compared letter by
/// letter (so "10" comes before "2"): how the preprocessed sets of Ref-YouTube-VOS and Ref-DAVIS17 do it. An expression that names
/// annotation ids is looked up under those.
/// </summary>
internal sealed class CountedMasks : IMaskSource
{
    private readonly IMaskLists _lists;
    private readonly Dictionary<(string Video, string Expression), string> _numbers = [];

    public CountedMasks(IMaskLists lists, IReadOnlyList<VideoEntry> videos)
    {
        _lists = lists;
        foreach (var video in videos.OrderBy(v => v.Id, StringComparer.Ordinal))
        {
            foreach (var expression in video.Expressions.OrderBy(e => e.Id, StringComparer.Ordinal))
                _numbers.Add((video.Id, expression.Id), _numbers.Count.ToString(CultureInfo.InvariantCulture));
        }
    }

    public string Path => _lists.Path;

    public bool Has(VideoEntry video, IReadOnlyList<ExpressionEntry> present) => true;

    public IReadOnlyList<Rle> Masks(VideoEntry video, ExpressionEntry expression, int frame)
    {
        var masks = new List<Rle>();
        foreach (var key in expression.Annotations ?? [_numbers[(video.Id, expression.Id)]])
        {
            if (_lists.Frame(key, video, frame) is { } mask)
                masks.Add(mask);
        }

        return masks;
    }
}
