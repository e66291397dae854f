using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>Run-length masks as COCO tools write them into JSON: <c>{"size": [H, W], "counts": ...}</c>, counts as a string or as a list.</summary>
internal static class RleJson
{
    /// <summary>
    /// A list with an entry for each frame: a mask, several to be united, or nothing (null or an empty list). ReVOS wraps the lists of its
    /// foreground into an object, under <c>masks_rle</c>.
    /// </summary>
    public static IReadOnlyList<Rle?> List(JsonElement value, JsonPlace where)
    {
        if (value.ValueKind == JsonValueKind.Object)
            value = where.Member(value, "masks_rle", JsonValueKind.Array);
        if (value.ValueKind != JsonValueKind.Array)
            throw where.Wrong("a list with an entry for each frame is expected");
        var masks = new List<Rle?>(value.GetArrayLength());
        foreach (var entry in value.EnumerateArray())
            masks.Add(Entry(entry, where with { Place = $"{where.Place}, entry {masks.Count}" }));
        return masks;
    }

    /// <summary>One mask.</summary>
    public static Rle Mask(JsonElement value, JsonPlace where)
    {
        var size = where.Member(value, "size", JsonValueKind.Array);
        if (size.GetArrayLength() != 2 || !size[0].TryGetInt32(out var height) || !size[1].TryGetInt32(out var width)
            || height is < 1 or > 65_535 || width is < 1 or > 65_535)
        {
            throw where.Wrong($"'size' is {size.GetRawText()}; height and width are expected");
        }

        if (!value.TryGetProperty("counts", out var counts))
            throw where.Wrong("'counts' is missing");
        return counts.ValueKind switch
        {
            JsonValueKind.String => new Rle(height, width, counts.GetString()!),
            JsonValueKind.Array => new Rle(height, width, Compressed(counts, (long)height * width, where)),
            _ => throw where.Wrong("'counts' is neither a text nor a list"),
        };
    }

    private static Rle? Entry(JsonElement entry, JsonPlace where)
    {
        switch (entry.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Object:
                return Mask(entry, where);
            case JsonValueKind.Array:
                var masks = entry.EnumerateArray().Select(mask => Mask(mask, where)).ToList();
                return masks.Count == 0 ? null : where.Checked(() => TruthMask.Unite(masks[0].Height, masks[0].Width, masks));
            default:
                throw where.Wrong("neither a mask nor null");
        }
    }

    private static string Compressed(JsonElement counts, long pixels, JsonPlace where)
    {
        var runs = new List<int>(counts.GetArrayLength());
        foreach (var count in counts.EnumerateArray())
        {
            if (count.ValueKind != JsonValueKind.Number || !count.TryGetInt32(out var run) || run < 0 || (pixels -= run) < 0)
                throw where.Wrong("'counts' does not fill the mask's size");
            runs.Add(run);
        }

        return pixels == 0 ? RleCodec.ToCounts(runs) : throw where.Wrong("'counts' does not fill the mask's size");
    }
}
