using System.Globalization;
using System.Text.Json;

namespace Sa2VA.Media;

/// <summary>The part of ffprobe's description of a video stream that decides how it is read.</summary>
internal sealed record StreamHeader(
    int Index, string Codec, int Width, int Height, string PixelFormat, string FieldOrder, string Transfer,
    Rational AverageRate, Rational TimeBase, string? Matrix, string Container, double? Duration)
{
    private static readonly string[] AlphaFormats = ["yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8"];

    public bool IsInterlaced => FieldOrder is "tt" or "bb" or "tb" or "bt";

    public bool HasAlpha => AlphaFormats.Any(f => PixelFormat.StartsWith(f, StringComparison.Ordinal));

    /// <summary>
    /// Finds the stream to read: the container's default video stream, else the first. Cover art does not count.
    /// Returns null when the file has no video; <paramref name="streams"/> says what it has instead.
    /// </summary>
    public static StreamHeader? Choose(JsonElement root, out string streams)
    {
        var all = root.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToArray() : [];
        streams = all.Length == 0 ? "no streams" : string.Join(", ", all.Select(s => Text(s, "codec_type") + " (" + Text(s, "codec_name") + ")"));
        var videos = all.Where(s => Text(s, "codec_type") == "video" && !Disposed(s, "attached_pic") && !Disposed(s, "timed_thumbnails")).ToArray();
        if (videos.Length == 0)
            return null;
        var stream = Array.Find(videos, s => Disposed(s, "default")) is { ValueKind: JsonValueKind.Object } chosen ? chosen : videos[0];
        var format = root.TryGetProperty("format", out var f) ? f : default;
        return new StreamHeader(
            (int)Number(stream, "index"), Text(stream, "codec_name"), (int)Number(stream, "width"), (int)Number(stream, "height"),
            Text(stream, "pix_fmt"), Text(stream, "field_order"), Text(stream, "color_transfer"),
            Rational.Parse(Text(stream, "avg_frame_rate")), Rational.Parse(Text(stream, "time_base")),
            MatrixOf(stream), Text(format, "format_name"), Seconds(format) ?? Seconds(stream));
    }

    private static string? MatrixOf(JsonElement stream)
    {
        if (!stream.TryGetProperty("side_data_list", out var sideData))
            return null;
        foreach (var item in sideData.EnumerateArray())
        {
            if (Text(item, "displaymatrix") is { Length: > 0 } matrix)
                return matrix;
        }

        return null;
    }

    private static bool Disposed(JsonElement stream, string flag) =>
        stream.TryGetProperty("disposition", out var d) && Number(d, flag) == 1;

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var n) ? n : 0;

    private static double? Seconds(JsonElement element) =>
        double.TryParse(Text(element, "duration"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
