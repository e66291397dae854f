using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Dashboard.Tests;

/// <summary>Where things really are in the clip that ships.</summary>
internal static class Truth
{
    public const int Width = 192;
    public const int Height = 144;

    private static readonly JsonDocument s_document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Samples.Folder, "ref-shapes.json")));

    /// <summary>The mask of a sentence on a frame, row by row, 1 inside.</summary>
    public static byte[] MaskOf(string sentence, int frame)
    {
        var expression = s_document.RootElement.GetProperty("expressions").EnumerateArray().Single(one => one.GetProperty("text").GetString() == sentence);
        return RleCodec.Decode(new Rle(Height, Width, expression.GetProperty("masks")[frame].GetString()!));
    }

    /// <summary>Intersection over union.</summary>
    public static double Agreement(IReadOnlyList<byte> one, IReadOnlyList<byte> other)
    {
        var both = one.Zip(other).Count(pair => pair is { First: not 0, Second: not 0 });
        return (double)both / one.Zip(other).Count(pair => pair.First != 0 || pair.Second != 0);
    }
}
