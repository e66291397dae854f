using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>How much memory the weights of a folder take, told by the headers of its files.</summary>
public static class WeightBytes
{
    /// <summary>Bytes of a folder's weights, or of one file's; 0 when there are none that can be read, which loading them will say better.</summary>
    public static long Of(string path, Quantization quantize)
    {
        try
        {
            using var weights = SafetensorsFolder.Open(path);
            return weights.Files.SelectMany(file => file.Entries).Sum(entry =>
                quantize == Quantization.Int8 && IsLanguageMatrix(entry) ? entry.ElementCount : entry.ByteCount);
        }
        catch (SafetensorsException)
        {
            return 0;
        }
    }

    private static bool IsLanguageMatrix(SafetensorsEntry entry) =>
        entry.Shape.Length == 2 && (entry.Name.Contains("language_model.", StringComparison.Ordinal) || entry.Name.StartsWith("model.layers.", StringComparison.Ordinal))
        && !entry.Name.Contains("embed", StringComparison.Ordinal);
}
