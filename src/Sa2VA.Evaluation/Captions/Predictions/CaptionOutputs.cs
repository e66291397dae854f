using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>
/// Output folders of <c>sa2va caption</c>, one for each picture: their name, with or without <c>.sa2va</c>, is the image's id, or else the name of the
/// picture in the <c>masks.json</c> that lies beside.
/// </summary>
internal sealed class CaptionOutputs : ICaptionPredictions
{
    /// <summary>The name of the file in an output folder.</summary>
    public const string FileName = "caption.json";

    private const string Ending = ".sa2va";

    private readonly Dictionary<string, string> _byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byPicture = new(StringComparer.Ordinal);

    public CaptionOutputs(string folder)
    {
        Name = folder;
        foreach (var path in Directory.EnumerateFiles(folder, FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Add(_byFolder, name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : name, path);
            var masks = Path.Combine(Path.GetDirectoryName(path)!, MasksFile.FileName);
            if (File.Exists(masks) && MasksFile.VideoOf(masks) is { } picture) Add(_byPicture, Path.GetFileNameWithoutExtension(picture), path);
        }
    }

    public string Name { get; }

    public Task<CaptionPrediction?> ReadAsync(GcgImage image, CancellationToken cancellationToken)
        => Task.FromResult(_byFolder.TryGetValue(image.Id, out var path) || _byPicture.TryGetValue(image.Id, out path) ? Read(path) : null);

    private static void Add(Dictionary<string, string> index, string id, string path)
    {
        if (!index.TryAdd(id, path)) throw new EvaluationException($"Both '{index[id]}' and '{path}' hold a caption of '{id}'. Keep one.");
    }

    private static CaptionPrediction Read(string path)
    {
        using var json = CaptionJson.Parse(path);
        var root = json.RootElement;
        if (CaptionJson.Member(root, "format", path) is not { ValueKind: JsonValueKind.String } format || format.GetString() != "sa2va-caption"
            || !root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != 1)
        {
            throw new EvaluationException($"'{path}' is not 'sa2va-caption', version 1. Write it again with this program.");
        }

        // Masks are numbered as they were said, from 1; each belongs to the phrase of that number.
        var (phrases, masks, alone) = (new SortedDictionary<int, string>(), new SortedDictionary<int, Rle>(), new List<string>());
        foreach (var entry in CaptionJson.List(root, "phrases", path))
        {
            var text = CaptionJson.Text(CaptionJson.Member(entry, "text", path), "text", path);
            if (CaptionJson.Member(entry, "object", path) is not { ValueKind: JsonValueKind.Number } one || !one.TryGetInt32(out var place))
            {
                alone.Add(text);
                continue;
            }

            if (!entry.TryGetProperty("segmentation", out var segmentation))
                throw new EvaluationException($"'{path}': the phrase '{text}' has no 'segmentation'. Captions of videos have none; caption the picture with --image.");
            (phrases[place], masks[place]) = (text, CaptionJson.Mask(segmentation, "segmentation", path));
        }

        return CaptionPrediction.Of(CaptionJson.Text(CaptionJson.Member(root, "caption", path), "caption", path), phrases.Values.Concat(alone), [.. masks.Values]);
    }
}
