using Sa2VA.Datasets;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>
/// The layout in which MeViS and Ref-YouTube-VOS take submissions: <c>VIDEO/EXPRESSION/FRAME.png</c>, below <c>Annotations</c>. What is
/// not black is the object.
/// </summary>
internal sealed class PngPredictions(string folder) : IPredictions
{
    public string Name => folder;

    public Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Prediction>(StringComparer.Ordinal);
        foreach (var expression in video.Expressions)
        {
            var pictures = Path.Combine(folder, video.Id, expression.Id);
            if (!Directory.Exists(pictures)) continue;
            var masks = new Rle?[video.FrameNames.Count];
            for (var i = 0; i < masks.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                masks[i] = Read(Path.Combine(pictures, video.FrameNames[i] + ".png"));
            }

            found[expression.Id] = new Prediction(masks);
        }

        return Task.FromResult<IReadOnlyDictionary<string, Prediction>>(found);
    }

    private static Rle? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var picture = PngReader.Read(path);
            return RleCodec.Encode(picture.ToMask(), picture.Height, picture.Width);
        }
        catch (MediaException e)
        {
            throw new EvaluationException(e.Message, e);
        }
    }
}
