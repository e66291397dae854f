using Sa2VA.Datasets;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>
/// Output folders of <c>sa2va run</c>. The one of a video is named as the video, or any whose <c>masks.json</c> says that it was made from
/// a file of that name. Sentences are matched by their words.
/// </summary>
internal sealed class RunOutputPredictions : IPredictions
{
    private readonly string _folder;
    private readonly Lazy<IReadOnlyDictionary<string, string>> _byVideo;

    public RunOutputPredictions(string folder)
    {
        _folder = folder;
        _byVideo = new Lazy<IReadOnlyDictionary<string, string>>(() => Index(folder));
    }

    public string Name => _folder;

    public Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var named = Path.Combine(_folder, video.Id, MasksFile.FileName);
        var path = File.Exists(named) ? named : _byVideo.Value.GetValueOrDefault(video.Id);
        return Task.FromResult(path is null ? new Dictionary<string, Prediction>(StringComparer.Ordinal) : Read(path, video));
    }

    private static IReadOnlyDictionary<string, Prediction> Read(string path, ReferringVideo video)
    {
        var file = MasksFile.Read(path);
        var found = new Dictionary<string, Prediction>(StringComparer.Ordinal);
        foreach (var expression in video.Expressions)
        {
            var objects = file.Objects.Where(o => o.Label == expression.Text).ToList();
            if (objects.Count > 0)
                found[expression.Id] = new Prediction(Masks(path, file, video, [.. objects.Select(o => o.Id)]), objects[0].Answer);
        }

        return found;
    }

    /// <summary>The union of some objects on every frame.</summary>
    private static Rle?[] Masks(string path, MasksFile file, ReferringVideo video, HashSet<int> objects)
    {
        var masks = new Rle?[video.FrameNames.Count];
        foreach (var frame in file.Frames)
        {
            if (frame.Index < 0 || frame.Index >= masks.Length)
                throw new EvaluationException($"'{path}' has a mask for frame {frame.Index}; the frames of video '{video.Id}' are 0 to {masks.Length - 1}. It seems to be of another video.");
            try
            {
                masks[frame.Index] = RleUnion.Of([.. frame.Masks.Where(m => objects.Contains(m.Object)).Select(m => CocoRle.Read(m.Segmentation))]);
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException)
            {
                throw new EvaluationException($"'{path}', frame {frame.Index}: {e.Message}", e);
            }
        }

        return masks;
    }

    private static Dictionary<string, string> Index(string folder)
    {
        var byVideo = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, MasksFile.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (MasksFile.VideoOf(path) is not { } video) continue;
            var id = Path.GetFileNameWithoutExtension(video);
            if (!byVideo.TryAdd(id, path))
                throw new EvaluationException($"Both '{byVideo[id]}' and '{path}' hold masks of the video '{id}'. Keep one, or name its folder '{id}'.");
        }

        return byVideo;
    }
}
