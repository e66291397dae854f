using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Display;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Presences;
using Sa2VA.Evaluation.Reports;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Running;
using Sa2VA.Evaluation.Scores;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Evaluating;

/// <summary>One <c>sa2va eval</c>: the predictions, the scores, the report.</summary>
internal static class EvalSession
{
    public static async Task<int> ExecuteAsync(EvalArguments arguments, CancellationToken cancellationToken)
    {
        if (CaptionEvalSession.Serves(arguments)) return await CaptionEvalSession.ExecuteAsync(arguments, cancellationToken);
        var datasets = DatasetChoice.Open(arguments);
        if (arguments.OutputFolder is { } folder) OutputFolder.Prepare(folder);
        var predictions = arguments.Model is { } model ? new ModelPredictions(model) : PredictionFiles.Open(arguments.Predictions!);
        try
        {
            if (arguments.Model is not null) torch.set_num_threads(arguments.Threads);
            var (report, files) = await RunDisplay.Create(arguments.Json)
                .ShowAsync(progress => WorkAsync(arguments, datasets, predictions, progress, cancellationToken));
            EvalOutput.Write(arguments, report, files);
            // What was scored is written by now, also when there is too little to fit to.
            if (arguments.CalibrationFile is { } file) Calibrate(file, report.Splits);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return EvalOutput.WriteInterrupted(arguments);
        }
        finally
        {
            if (predictions is IAsyncDisposable loaded) await loaded.DisposeAsync();
            (predictions as IDisposable)?.Dispose();
        }
    }

    private static async Task<(EvaluationReport Report, IReadOnlyList<string> Files)> WorkAsync(
        EvalArguments arguments, IReadOnlyList<IReferringDataset> datasets, IPredictions predictions, IProgress<RunStatus> progress, CancellationToken cancellationToken)
    {
        var splits = new List<SplitScores>();
        var scored = new List<IReferringDataset>();
        var submission = arguments.SubmissionFolder is { } target ? new SubmissionFolder(predictions, target, arguments.Options.Missing) : null;
        predictions = submission ?? predictions;
        foreach (var dataset in datasets)
        {
            var name = (arguments.Model is null ? "Scoring" : "Running the model") + (datasets.Count > 1 ? $" on {dataset.Name}" : "");
            var stage = new Stage(progress, name, arguments.Model is not null);
            if (submission is not null && !dataset.Videos.All(video => video.HasTruth))
            {
                await Evaluator.PredictAsync(dataset, predictions, arguments.Options, stage, cancellationToken);
                continue;
            }

            splits.Add(await Evaluator.ScoreAsync(dataset, predictions, arguments.Options, stage, cancellationToken));
            scored.Add(dataset);
        }

        IReadOnlyList<string> submitted = submission is null ? [] : [submission.Annotations];
        var report = new EvaluationReport(predictions.Name, Settings(arguments), arguments.Options.Missing, TimeProvider.System.GetLocalNow(), splits);
        if (arguments.OutputFolder is not { } folder || splits.Count == 0) return (report, submitted);

        progress.Report(new RunStatus("Drawing the report", 0, null, 0));
        var strips = new List<IReadOnlyList<CaseStrip>>();
        for (var i = 0; i < splits.Count; i++)
            strips.Add(await CaseStrips.DrawAsync(CaseFinder.Find(splits[i]), scored[i], predictions, arguments.Options.Missing, cancellationToken));
        return (report, [.. ReportFiles.Write(folder, report, strips), .. submitted]);
    }

    private static void Calibrate(string file, IReadOnlyList<SplitScores> splits)
    {
        var verified = splits.SelectMany(split => split.Expressions).Where(score => score.Presence is not null).Select(score => (score.Presence!.Evidence, !score.Expression.IsAbsent)).ToList();
        PresenceFit.Of(verified).Write(file, $"{string.Join(", ", splits.Select(split => split.Name))}: {verified.Count} sentences");
    }

    private static KeyValuePair<string, string>[] Settings(EvalArguments arguments) => arguments.Model is not { } model ? [] :
    [
        new("protocol", ProtocolOf(model)),
        .. VariantOf(model.Variant),
        new("key frames", $"{model.KeyFrames}"),
        new("device", model.Device),
    ];

    /// <summary>The protocol as reports call it.</summary>
    public static string ProtocolOf(ModelPredictionOptions model) => model.Protocol == GroundingProtocol.Sa2va ? "sa2va" : "sa2va-i";

    /// <summary>What is different from the model's folder, for reports.</summary>
    public static IEnumerable<KeyValuePair<string, string>> VariantOf(ModelVariant variant)
    {
        if (variant.Sam2 is { } sam2) yield return new("sam2", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(sam2))));
        if (variant.Quantize != Quantization.None) yield return new("quantize", "int8");
        if (variant.SelfFeedback) yield return new("self-feedback", "on");
    }

    /// <summary>Puts the evaluation's progress on the display.</summary>
    private sealed class Stage(IProgress<RunStatus> target, string name, bool isModelRun) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
            => target.Report(new RunStatus(name, value.FramesDone, value.FramesTotal, isModelRun ? value.FramesFound : 0));
    }
}
