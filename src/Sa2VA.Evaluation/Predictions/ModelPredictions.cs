using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>
/// Runs a model over the videos as they are asked for, the expressions of a video together, through the same actors as <c>sa2va run</c>.
/// What was done before is read from the work folder. The model is loaded once, when the first video needs it.
/// </summary>
public sealed class ModelPredictions : IPredictions, IAsyncDisposable
{
    private readonly ModelPredictionOptions _options;
    private readonly ModelHost _model;

    /// <summary>Names a model; nothing is opened yet.</summary>
    public ModelPredictions(ModelPredictionOptions options)
        => (_options, _model) = (options, new ModelHost(new ModelChoice(options.ModelFolder, options.Variant), options.Device));

    /// <inheritdoc/>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.ModelFolder)));

    /// <inheritdoc/>
    /// <exception cref="RunException">The model or the video cannot be used; the message names the video.</exception>
    public async Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Prediction>(StringComparer.Ordinal);
        var walks = video.Expressions.Chunk(_options.ExpressionsAtOnce).ToArray();
        for (var walk = 0; walk < walks.Length; walk++)
        {
            var part = new WalkProgress(progress, walk, walks.Length);
            if (await RunAsync(video, walks[walk], part, cancellationToken) is { } result)
                await CollectAsync(video, walks[walk], result, found, cancellationToken);
        }

        return found;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private async Task<RunResult?> RunAsync(ReferringVideo video, ReferringExpression[] expressions, WalkProgress progress, CancellationToken cancellationToken)
    {
        var request = new RunRequest
        {
            Video = video.Source,
            ModelFolder = _options.ModelFolder,
            WorkFolder = Path.Combine(_options.WorkFolder, WorkFolderName.Of(video.Id)),
            Targets = [.. expressions.Select(e => new RunTarget.Expression(e.Text))],
            Device = _options.Device,
            Variant = _options.Variant,
            Protocol = _options.Protocol,
            KeyFrames = _options.KeyFrames,
            Reground = _options.Reground,
            Verify = _options.Verify,
        };
        try
        {
            var result = await VideoRun.ExecuteAsync(request, _model, progress, cancellationToken: cancellationToken);
            return result switch
            {
                { Outcome: RunOutcome.Interrupted } => throw new OperationCanceledException(cancellationToken),
                { Failure: { } failure } => throw new RunException(failure.Kind, failure.Message),
                _ => result,
            };
        }
        catch (RunException failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (failure.Kind == RunFailureKind.Media && _options.SkipUnreadable) return null;
            throw new RunException(failure.Kind, $"Video '{video.Id}': {failure.Message}", failure);
        }
        catch (RunException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static async Task CollectAsync(
        ReferringVideo video, ReferringExpression[] expressions, RunResult result, Dictionary<string, Prediction> found, CancellationToken cancellationToken)
    {
        if (result.FramesTotal != video.FrameNames.Count)
            throw new EvaluationException($"Video '{video.Id}' has {video.FrameNames.Count} frames in the dataset, but '{video.Source}' has {result.FramesTotal}. They seem to be of different versions.");
        var masks = expressions.Select(_ => new List<Rle?>(result.FramesTotal)).ToArray();
        await foreach (var step in result.Masks.ReadAsync(cancellationToken))
        {
            for (var target = 0; target < masks.Length; target++)
                masks[target].Add(RleUnion.Of([.. step.Masks.Where((_, place) => result.Objects[place].Target == target).Select(m => m.Rle)]));
        }

        for (var target = 0; target < expressions.Length; target++)
        {
            found[expressions[target].Id] = new Prediction(masks[target], result.Objects.First(o => o.Target == target).Answer)
            {
                Presence = result.Verdicts.FirstOrDefault(verdict => verdict.Target == target),
            };
        }
    }

    /// <summary>Turns the stages of a run into frames of the video; several walks share them.</summary>
    private sealed class WalkProgress(IProgress<int>? target, int walk, int walks) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (value.FramesTotal is { } total) target?.Report((walk * total + value.FramesDone) / walks);
        }
    }
}
