using System.Globalization;
using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// Reads the two files of a split: captions in COCO's form of captions, with the phrases under <c>labels</c>, and masks in its form of
/// instances. Images are the same in both, by id, a text or a number.
/// </summary>
internal static class GcgFiles
{
    public static GcgDataset Read(string name, string captionsFile, string masksFile, GcgPictures pictures)
    {
        using var captionsJson = JsonFile.Parse(captionsFile);
        using var masksJson = JsonFile.Parse(masksFile);
        var images = Images(captionsJson, captionsFile);
        var captions = Captions(captionsJson, captionsFile, images);
        var masks = Masks(masksJson, masksFile);
        var ranks = Ranks([.. images.Values]);
        var read = new List<GcgImage>(images.Count);
        foreach (var image in images.Values)
        {
            if (!captions.TryGetValue(image.Id, out var texts))
                throw new DatasetException($"'{captionsFile}', image '{image.Id}': it has no caption.");
            var own = masks.GetValueOrDefault(image.Id, []);
            read.Add(new GcgImage(image.Id, ranks[image.Id], texts, own, pictures.Find(image.Id, image.FileName), pictures.Folders));
            masks.Remove(image.Id);
        }

        return new GcgDataset(name, read, masks.Values.Sum(list => list.Count(mask => mask is { IsCrowd: false, Category: 1 })));
    }

    /// <summary>The images of a file, in its order.</summary>
    private static OrderedDictionary<string, Image> Images(JsonDocument json, string path)
    {
        var file = new JsonPlace(path, "the file");
        var images = new OrderedDictionary<string, Image>(StringComparer.Ordinal);
        foreach (var entry in file.Member(json.RootElement, "images", JsonValueKind.Array).EnumerateArray())
        {
            var id = Id(entry, "id", new JsonPlace(path, $"image {images.Count} of the list"));
            var where = new JsonPlace(path, $"image '{id}'");
            // Ids become names of files.
            CheckName(id, "id", where);
            var fileName = entry.TryGetProperty("file_name", out var named) && named.ValueKind != JsonValueKind.Null ? where.Text(named, "file_name") : null;
            if (fileName is not null) CheckName(fileName, "file_name", where);
            if (!images.TryAdd(id, new Image(id, fileName, entry.GetProperty("id").ValueKind == JsonValueKind.Number, where.Size(entry, "height"), where.Size(entry, "width"))))
                throw where.Wrong("it is listed twice");
        }

        return images.Count > 0 ? images : throw file.Wrong("'images' is empty");
    }

    private static Dictionary<string, int> Ranks(IReadOnlyList<Image> images)
    {
        var areNumbers = images.All(image => image.IsNumber && long.TryParse(image.Id, CultureInfo.InvariantCulture, out _));
        var sorted = areNumbers ? images.OrderBy(image => long.Parse(image.Id, CultureInfo.InvariantCulture)) : images.OrderBy(image => image.Id, StringComparer.Ordinal);
        return sorted.Select((image, rank) => (image.Id, rank)).ToDictionary(one => one.Id, one => one.rank, StringComparer.Ordinal);
    }

    private static Dictionary<string, List<GcgCaption>> Captions(JsonDocument json, string path, OrderedDictionary<string, Image> images)
    {
        var captions = new Dictionary<string, List<GcgCaption>>(StringComparer.Ordinal);
        foreach (var (id, entry, where) in Annotations(json, path))
        {
            if (!images.ContainsKey(id)) throw where.Wrong($"'image_id' is '{id}', which 'images' does not list");
            var text = where.Text(where.Member(entry, "caption", JsonValueKind.String), "caption");
            var phrases = where.Member(entry, "labels", JsonValueKind.Array).EnumerateArray().Select(label => where.Text(label, "labels"));
            if (!captions.TryGetValue(id, out var list)) captions[id] = list = [];
            list.Add(new GcgCaption(text, [.. phrases]));
        }

        return captions;
    }

    private static Dictionary<string, List<GcgMask>> Masks(JsonDocument json, string path)
    {
        var images = Images(json, path);
        var masks = new Dictionary<string, List<GcgMask>>(StringComparer.Ordinal);
        foreach (var (id, entry, where) in Annotations(json, path))
        {
            if (!images.TryGetValue(id, out var image)) throw where.Wrong($"'image_id' is '{id}', which 'images' does not list");
            if (!entry.TryGetProperty("segmentation", out var segmentation)) throw where.Wrong("'segmentation' is missing");
            var mask = Mask(segmentation, image, where);
            if (!masks.TryGetValue(id, out var list)) masks[id] = list = [];
            if (list.Count > 0 && (list[0].Mask.Height, list[0].Mask.Width) != (mask.Height, mask.Width))
                throw where.Wrong($"the mask is {mask.Width}x{mask.Height}, others of image '{id}' are {list[0].Mask.Width}x{list[0].Mask.Height}");
            list.Add(new GcgMask(mask, where.Integer(entry, "iscrowd") is > 0, where.Integer(entry, "category_id") ?? 1));
        }

        return masks;
    }

    /// <summary>Run lengths bring their size; polygons have that of the image.</summary>
    private static Rle Mask(JsonElement segmentation, Image image, JsonPlace where)
    {
        if (segmentation.ValueKind == JsonValueKind.Object)
        {
            var mask = RleJson.Mask(segmentation, where);
            return where.Checked(() => TruthMask.Unite(mask.Height, mask.Width, [mask]));
        }

        if (segmentation.ValueKind != JsonValueKind.Array) throw where.Wrong("'segmentation' is neither polygons nor run lengths");
        return image is { Height: { } height, Width: { } width }
            ? Segmentation.Read(segmentation, height, width, where)
            : throw where.Wrong($"'segmentation' is polygons, but image '{image.Id}' has no 'height' and 'width'");
    }

    private static IEnumerable<(string ImageId, JsonElement Entry, JsonPlace Where)> Annotations(JsonDocument json, string path)
    {
        var number = 0;
        foreach (var entry in new JsonPlace(path, "the file").Member(json.RootElement, "annotations", JsonValueKind.Array).EnumerateArray())
        {
            var where = new JsonPlace(path, $"annotation {number++} of the list");
            yield return (Id(entry, "image_id", where), entry, where);
        }
    }

    private static string Id(JsonElement entry, string name, JsonPlace where)
    {
        if (entry.ValueKind != JsonValueKind.Object || where.Keys(entry, name) is not { } keys) throw where.Wrong($"'{name}' is missing");
        return keys.Count == 1 ? keys[0] : throw where.Wrong($"'{name}' is a list");
    }

    /// <summary>A file from elsewhere must not lead out of the dataset.</summary>
    private static void CheckName(string name, string field, JsonPlace where)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
            throw where.Wrong($"'{field}' is '{name}'; a name without folders is expected");
    }

    /// <summary>An image as a file lists it.</summary>
    private sealed record Image(string Id, string? FileName, bool IsNumber, int? Height, int? Width);
}
