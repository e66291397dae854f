using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Annotation.Sources;

/// <summary>
/// Videos of SA-V as its training set is unpacked, the source of Ref-SAV: <c>sav_000001.mp4</c> beside <c>sav_000001_manual.json</c> or, without one,
/// <c>sav_000001_auto.json</c>. Masks are on every fourth frame.
/// </summary>
internal static class SavFolder
{
    // The videos have 24 frames a second, of which 6 are annotated.
    private const int Stride = 4;
    private const int FramesPerSecond = 24;

    private static readonly string[] Endings = ["_manual.json", "_auto.json"];

    public static bool Recognises(string folder) => Endings.Any(ending => Directory.EnumerateFiles(folder, "sav_*" + ending).Any());

    /// <summary>All videos that have masks.</summary>
    public static async IAsyncEnumerable<ExportVideo> ReadAsync(string folder, ExportNames names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var stems = Endings.SelectMany(ending => Directory.EnumerateFiles(folder, "sav_*" + ending).Select(file => file[..^ending.Length])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (var stem in stems)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Open(Endings.Select(ending => stem + ending).First(File.Exists), stem + ".mp4", names.Take(Path.GetFileName(stem)));
        }
    }

    private static ExportVideo Open(string file, string video, string name)
    {
        using var document = Parse(file);
        var root = document.RootElement;
        var (width, height, ids) = (Number(root, "video_width", file), Number(root, "video_height", file), Ids(root, file));
        return new ExportVideo
        {
            Name = name,
            Width = width,
            Height = height,
            Objects = [.. ids.Select((id, place) => new ExportObject(id + 1, place, string.Create(CultureInfo.InvariantCulture, $"masklet {id}"), Answer: null, IsAbsent: false))],
            Fingerprint = file,
            ReadAsync = stop => ReadAsync(file, ids, width, height, stop),
            OpenAsync = _ => File.Exists(video) ? Task.FromResult(new LocalVideo(video)) : throw new ExportException($"'{file}' belongs to '{video}', and there is no such file."),
        };
    }

    private static async IAsyncEnumerable<StoredStep> ReadAsync(string file, IReadOnlyList<int> ids, int width, int height, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        using var document = Parse(file);
        if (!document.RootElement.TryGetProperty("masklet", out var steps) || steps.ValueKind != JsonValueKind.Array) throw Damaged(file, "it has no list 'masklet'");
        var step = 0;
        foreach (var masks in steps.EnumerateArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (masks.ValueKind != JsonValueKind.Array || masks.GetArrayLength() != ids.Count) throw Damaged(file, $"step {step} of 'masklet' does not have a mask for each of {ids.Count} objects");
            var found = ids.Select((id, place) => new StoredMask(id + 1, Mask(masks[place], width, height, file), 0, 0)).ToList();
            yield return new StoredStep(step, step * Stride, step * Stride, (double)step * Stride / FramesPerSecond, found);
            step++;
        }
    }

    private static Rle Mask(JsonElement mask, int width, int height, string file)
    {
        if (mask.ValueKind == JsonValueKind.Null) return RleCodec.Empty(height, width);
        if (mask.ValueKind == JsonValueKind.Object && mask.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Array && size.GetArrayLength() == 2
            && size[0].TryGetInt32(out var rows) && size[1].TryGetInt32(out var columns) && mask.TryGetProperty("counts", out var counts) && counts.ValueKind == JsonValueKind.String)
            return new Rle(rows, columns, counts.GetString()!);
        throw Damaged(file, "a mask is no run lengths with 'size' and 'counts'");
    }

    private static int[] Ids(JsonElement root, string file)
    {
        if (!root.TryGetProperty("masklet_id", out var list) || list.ValueKind != JsonValueKind.Array) throw Damaged(file, "it has no list 'masklet_id'");
        return [.. list.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number) && number >= 0 ? number : throw Damaged(file, "'masklet_id' holds something that is no number"))];
    }

    // Sizes are written as 848.0 too.
    private static int Number(JsonElement root, string name, string file) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 1 and <= 65_535
            ? (int)number : throw Damaged(file, $"'{name}' is no size");

    private static JsonDocument Parse(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return JsonDocument.Parse(stream);
        }
        catch (JsonException broken)
        {
            throw Damaged(file, broken.Message, broken);
        }
    }

    private static ExportException Damaged(string file, string why, Exception? inner = null) => new($"'{file}' is not an annotation of SA-V: {why}. Copy or download it again.", inner);
}
