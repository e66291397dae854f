using System.Globalization;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// Masks as pictures, <c>Annotations/VIDEO/FRAME.png</c>, in which each pixel is the number of an object and 0 the background; an
/// expression names the objects that it means by <c>obj_id</c>.
/// </summary>
internal sealed class PaletteMasks(string folder) : IMaskSource
{
    // A scorer asks for all expressions on a frame before it goes on, in several videos at a time.
    private const long KeptBytes = 64 << 20;

    private readonly RecentValues<string, PngImage> _recent = new(KeptBytes, picture => picture.Pixels.LongLength);

    public string Path => folder;

    public bool Has(VideoEntry video, IReadOnlyList<ExpressionEntry> present) =>
        Directory.Exists(System.IO.Path.Combine(folder, video.Id)) && (present.Count == 0 || present.Any(e => e.Objects is not null));

    public IReadOnlyList<Rle> Masks(VideoEntry video, ExpressionEntry expression, int frame)
    {
        var path = System.IO.Path.Combine(folder, video.Id, video.Frames[frame] + ".png");
        var picture = _recent.GetOrAdd(path, Load);
        return [.. Objects(video, expression).Select(o => RleCodec.Encode(picture.ToMask(o), picture.Height, picture.Width))];
    }

    private static PngImage Load(string path)
    {
        var picture = DatasetPictures.Guard(() => PngReader.Read(path));
        return picture.Channels == 1
            ? picture
            : throw new DatasetException($"'{path}' has colours instead of numbers of objects; a palette or grey picture is expected.");
    }

    private static IEnumerable<int> Objects(VideoEntry video, ExpressionEntry expression)
    {
        foreach (var id in expression.Objects ?? throw new DatasetException($"Expression '{expression.Id}' of video '{video.Id}' has no 'obj_id' that says which objects of the pictures it means."))
        {
            yield return byte.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new DatasetException($"Expression '{expression.Id}' of video '{video.Id}' means object '{id}'; palette pictures have 1 to 255.");
        }
    }
}
