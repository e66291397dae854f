using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>
/// One JSON file, as the official offline scripts read it: video id, then expression id, then
/// <c>{"prediction_masks": [mask per frame]}</c>; a mask that is null is empty.
/// </summary>
internal sealed class RlePredictions : IPredictions, IDisposable
{
    private readonly string _path;
    private readonly JsonDocument _json;

    private RlePredictions(string path, JsonDocument json) => (_path, _json) = (path, json);

    public string Name => _path;

    public static RlePredictions Open(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var json = JsonDocument.Parse(file);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return new RlePredictions(path, json);
            json.Dispose();
            throw new EvaluationException($"'{path}' holds no predictions: video ids with expression ids with prediction_masks were expected.");
        }
        catch (JsonException e)
        {
            throw new EvaluationException($"'{path}' is no JSON file that can be read: {e.Message}", e);
        }
    }

    public Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Prediction>(StringComparer.Ordinal);
        if (_json.RootElement.TryGetProperty(video.Id, out var expressions) && expressions.ValueKind == JsonValueKind.Object)
        {
            foreach (var expression in video.Expressions)
            {
                if (expressions.TryGetProperty(expression.Id, out var entry)) found[expression.Id] = Read(video, expression, entry);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, Prediction>>(found);
    }

    public void Dispose() => _json.Dispose();

    private Prediction Read(ReferringVideo video, ReferringExpression expression, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("prediction_masks", out var masks) || masks.ValueKind != JsonValueKind.Array)
            throw new EvaluationException($"'{_path}': video '{video.Id}', expression '{expression.Id}' has no list 'prediction_masks'.");
        try
        {
            return new Prediction([.. masks.EnumerateArray().Select(mask => mask.ValueKind == JsonValueKind.Null ? RleCodec.Empty(video.Height, video.Width) : CocoRle.Read(mask))]);
        }
        catch (InvalidDataException e)
        {
            throw new EvaluationException($"'{_path}': video '{video.Id}', expression '{expression.Id}': {e.Message}", e);
        }
    }
}
