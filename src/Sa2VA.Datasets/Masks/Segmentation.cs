using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>The <c>segmentation</c> of a COCO annotation: polygons, or run lengths, compressed or not.</summary>
internal static class Segmentation
{
    /// <summary>The mask, parts united; empty when there are none.</summary>
    public static Rle Read(JsonElement value, int height, int width, JsonPlace where)
    {
        Rle[] parts = value.ValueKind switch
        {
            JsonValueKind.Object => [RleJson.Mask(value, where)],
            JsonValueKind.Array => [.. value.EnumerateArray().Select(part => Part(part, height, width, where))],
            _ => throw where.Wrong("'segmentation' is neither polygons nor run lengths"),
        };
        return where.Checked(() => TruthMask.Unite(height, width, parts));
    }

    private static Rle Part(JsonElement part, int height, int width, JsonPlace where)
    {
        if (part.ValueKind == JsonValueKind.Object)
            return RleJson.Mask(part, where);
        if (part.ValueKind != JsonValueKind.Array)
            throw where.Wrong("a part of 'segmentation' is neither a polygon nor run lengths");
        var numbers = new double[part.GetArrayLength()];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (part[i].ValueKind != JsonValueKind.Number || !part[i].TryGetDouble(out numbers[i]))
                throw where.Wrong("a polygon holds something that is no number");
        }

        return numbers switch
        {
            // pycocotools takes four numbers for a box.
            [var x, var y, var across, var down] => where.Checked(() => PolygonMask.DrawBox(x, y, across, down, height, width)),
            { Length: >= 6 } when numbers.Length % 2 == 0 => where.Checked(() => PolygonMask.Draw(numbers, height, width)),
            _ => throw where.Wrong($"a polygon has {numbers.Length} numbers; x and y of three corners or more are expected"),
        };
    }
}
