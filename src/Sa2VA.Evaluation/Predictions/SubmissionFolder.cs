using Sa2VA.Datasets;
using Sa2VA.Evaluation.Running;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>
/// Predictions that are also written as the servers of MeViS and Ref-YouTube-VOS take them: <c>Annotations/VIDEO/EXPRESSION/FRAME.png</c>, grey,
/// 255 where the sentence's object is. A video's pictures are written when its predictions are read; those of a video that is
/// read again are left as they are.
/// </summary>
/// <param name="predictions">Whose.</param>
/// <param name="folder">Made when absent; <c>Annotations</c> is made in it.</param>
/// <param name="missing">What an expression without a prediction is.</param>
public sealed class SubmissionFolder(IPredictions predictions, string folder, MissingPredictions missing) : IPredictions
{
    private const byte Meant = 255;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => predictions.Name;

    /// <summary>The folder to pack and send.</summary>
    public string Annotations { get; } = Path.Combine(Path.GetFullPath(folder), "Annotations");

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(video);
        var found = await predictions.ReadAsync(video, progress, cancellationToken);
        lock (_gate)
        {
            if (!_written.Add(video.Id)) return found;
        }

        foreach (var expression in video.Expressions)
        {
            if (missing == MissingPredictions.Skip && !found.ContainsKey(expression.Id)) continue;
            var masks = PredictionRules.Masks(predictions.Name, video, expression, found.GetValueOrDefault(expression.Id), missing);
            var place = FolderOf(video, expression);
            Directory.CreateDirectory(place);
            for (var frame = 0; frame < masks.Count; frame++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Write(Path.Combine(place, video.FrameNames[frame] + ".png"), masks[frame]);
            }
        }

        return found;
    }

    /// <summary>Names come from a downloaded file: they may hold slashes, but lead nowhere else.</summary>
    private string FolderOf(ReferringVideo video, ReferringExpression expression)
    {
        var path = Path.GetFullPath(Path.Combine(Annotations, video.Id, expression.Id));
        return path.StartsWith(Annotations + Path.DirectorySeparatorChar, StringComparison.Ordinal) && expression.Id == Path.GetFileName(path)
            ? path
            : throw new EvaluationException($"The expression '{expression.Id}' of video '{video.Id}' cannot be a folder's name, so it cannot be submitted.");
    }

    // Beside its place first: what is there is whole.
    private static void Write(string path, Rle mask)
    {
        var pixels = RleCodec.Decode(mask);
        for (var i = 0; i < pixels.Length; i++) pixels[i] *= Meant;
        var partial = path + ".partial";
        using (var file = File.Create(partial)) PngWriter.WriteGray(file, mask.Width, mask.Height, pixels);
        File.Move(partial, path, overwrite: true);
    }
}
