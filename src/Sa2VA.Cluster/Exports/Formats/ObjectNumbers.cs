using Sa2VA.Cluster.Results;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary>A frame as a map of object numbers: at most 254, because 0 is the ground and 255 is "do not care" to DAVIS's tools.</summary>
internal static class ObjectNumbers
{
    private const int Most = 254;

    /// <summary>Whether a video's objects can be numbered.</summary>
    /// <exception cref="ExportException">They are too many.</exception>
    public static void Check(ExportVideo video)
    {
        if (video.Objects.Count > 0 && video.Objects.Max(one => one.Id) > Most)
            throw new ExportException($"'{video.Name}' has {video.Objects.Count} objects, and a picture of this format holds {Most}. Export it as coco.");
    }

    /// <summary>[H, W]: 0, or the number of the object that is seen, the later one where two overlap.</summary>
    public static byte[] Of(ExportVideo video, StoredStep step)
    {
        var numbers = new byte[video.Width * video.Height];
        foreach (var mask in step.Masks)
        {
            var set = RleCodec.Decode(mask.Rle);
            for (var i = 0; i < numbers.Length; i++)
            {
                if (set[i] != 0) numbers[i] = (byte)mask.ObjectId;
            }
        }

        return numbers;
    }
}
