using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>COCO's run lengths in JSON: <c>{"size": [height, width], "counts": "..."}</c>, or with a list of numbers.</summary>
internal static class CocoRle
{
    /// <summary>Reads one mask.</summary>
    /// <exception cref="InvalidDataException">The value has another form.</exception>
    public static Rle Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("size", out var size) || !value.TryGetProperty("counts", out var counts)
            || size.ValueKind != JsonValueKind.Array || size.GetArrayLength() != 2
            || !size[0].TryGetInt32(out var height) || !size[1].TryGetInt32(out var width) || height < 1 || width < 1)
        {
            throw new InvalidDataException("A mask must be {\"size\": [height, width], \"counts\": ...} or null.");
        }

        return counts.ValueKind switch
        {
            JsonValueKind.String => new Rle(height, width, counts.GetString()!),
            JsonValueKind.Array => new Rle(height, width, RleCodec.ToCounts([.. counts.EnumerateArray().Select(Run)])),
            _ => throw new InvalidDataException("The counts of a mask must be a string or a list of numbers."),
        };
    }

    private static int Run(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var run) && run >= 0
        ? run
        : throw new InvalidDataException($"A run length is {value}; it must be a whole number that is not negative.");
}
