using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Running;

/// <summary>Predictions from a function of video and expression; null for none.</summary>
internal sealed class GivenPredictions(Func<ReferringVideo, ReferringExpression, IReadOnlyList<Rle?>?> masks) : IPredictions
{
    public string Name => "given";

    public Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Prediction>(StringComparer.Ordinal);
        foreach (var expression in video.Expressions)
        {
            if (masks(video, expression) is { } given) found[expression.Id] = new Prediction(given, $"It is {expression.Text}. [SEG]");
        }

        return Task.FromResult<IReadOnlyDictionary<string, Prediction>>(found);
    }
}
