using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// The part of <c>instances.json</c> that a split needs: its images, and where in the file its annotations lie. The file (over 100 MB)
/// is walked once; a mask is parsed when it is asked for.
/// </summary>
internal sealed class CocoInstances
{
    private readonly string _path;
    private readonly Dictionary<long, CocoImage> _images = [];
    private readonly Dictionary<long, (long Offset, int Length)> _annotations = [];

    /// <summary>Walks the file.</summary>
    public CocoInstances(string path, IReadOnlySet<long> images, IReadOnlySet<long> annotations)
    {
        _path = path;
        JsonScan.Values(path, depth: 2, (parent, _, offset, bytes) =>
        {
            if (parent is not ("images" or "annotations") || IdOf(bytes) is not { } id)
                return;
            if (parent == "annotations" && annotations.Contains(id))
                _annotations[id] = (offset, bytes.Length);
            else if (parent == "images" && images.Contains(id))
                _images[id] = ReadImage(bytes, id);
        });
    }

    public CocoImage Image(long id) => _images.TryGetValue(id, out var image) ? image : throw Missing("image", id);

    /// <summary>Throws unless the annotation is in the file.</summary>
    public void Require(long annotation)
    {
        if (!_annotations.ContainsKey(annotation))
            throw Missing("annotation", annotation);
    }

    public Rle Mask(long annotation, int height, int width)
    {
        var (offset, length) = _annotations[annotation];
        return JsonFile.Guard(_path, () =>
        {
            var bytes = new byte[length];
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            file.Position = offset;
            file.ReadExactly(bytes);
            using var document = JsonDocument.Parse(bytes);
            var where = new JsonPlace(_path, $"annotation {annotation}");
            return document.RootElement.TryGetProperty("segmentation", out var value)
                ? Segmentation.Read(value, height, width, where)
                : throw where.Wrong("'segmentation' is missing");
        });
    }

    private static long? IdOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var id) ? id : null;
            reader.Skip();
        }

        return null;
    }

    private CocoImage ReadImage(ReadOnlySpan<byte> bytes, long id)
    {
        using var document = JsonDocument.Parse(bytes.ToArray());
        var where = new JsonPlace(_path, $"image {id}");
        var name = where.Text(where.Member(document.RootElement, "file_name", JsonValueKind.String), "file_name");
        if (name != Path.GetFileName(name))
            throw where.Wrong($"'file_name' is '{name}'; a name without folders is expected");
        return new CocoImage(
            name,
            where.Size(document.RootElement, "height") ?? throw where.Wrong("'height' is missing"),
            where.Size(document.RootElement, "width") ?? throw where.Wrong("'width' is missing"));
    }

    private DatasetException Missing(string what, long id) =>
        new($"'{_path}' has no {what} {id}, which the references name. The two files are not of the same dataset.");
}

/// <summary>An image as <c>instances.json</c> lists it.</summary>
internal sealed record CocoImage(string FileName, int Height, int Width);
