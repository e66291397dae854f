using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Results;

/// <summary>Frames of <c>masks.json</c>: COCO's compressed run lengths per object. <c>docs/cli.md</c> describes the file.</summary>
public static class MasksJsonFrames
{
    /// <summary>Writes a step's masks as an element of <c>frames</c>.</summary>
    /// <param name="json">To.</param>
    /// <param name="step">What.</param>
    /// <param name="boxes">Whether each mask is told with the boxes around its parts: x, y, width, height.</param>
    public static void Write(Utf8JsonWriter json, StoredStep step, bool boxes = false)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(step);
        json.WriteStartObject();
        json.WriteNumber("frame", step.Frame);
        json.WriteNumber("pts", step.Pts);
        json.WriteNumber("seconds", Math.Round(step.Seconds, 6));
        json.WriteStartArray("masks");
        foreach (var mask in step.Masks)
        {
            json.WriteStartObject();
            json.WriteNumber("object", mask.ObjectId);
            json.WriteStartObject("segmentation");
            json.WriteStartArray("size");
            json.WriteNumberValue(mask.Rle.Height);
            json.WriteNumberValue(mask.Rle.Width);
            json.WriteEndArray();
            json.WriteString("counts", mask.Rle.Counts);
            json.WriteEndObject();
            json.WriteNumber("area", RleCodec.Area(mask.Rle));
            json.WriteNumber("objectScore", mask.ObjectScore);
            json.WriteNumber("predictedIou", mask.PredictedIou);
            if (boxes) WriteBoxes(json, mask.Rle);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBoxes(Utf8JsonWriter json, Rle rle)
    {
        json.WriteStartArray("boxes");
        foreach (var box in MaskParts.Boxes(RleCodec.Decode(rle), rle.Width, rle.Height))
        {
            json.WriteStartArray();
            foreach (var number in (ReadOnlySpan<int>)[box.X, box.Y, box.Width, box.Height]) json.WriteNumberValue(number);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
