using System.Globalization;
using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Display;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Reports;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Evaluating;

/// <summary>One <c>sa2va eval</c> on a dataset of grounded captions.</summary>
internal static class CaptionEvalSession
{
    /// <summary>Whether the command line means such a dataset: by name, or by its files.</summary>
    public static bool Serves(EvalArguments arguments) => arguments switch
    {
        { Dataset: null } => false,
        { Format: { } format } => format.Equals(GcgOpener.Format, StringComparison.OrdinalIgnoreCase),
        _ => Directory.Exists(arguments.Dataset) && GcgOpener.Recognises(arguments.Dataset),
    };

    public static async Task<int> ExecuteAsync(EvalArguments arguments, CancellationToken cancellationToken)
    {
        Check(arguments);
        var datasets = Datasets(arguments);
        if (arguments.OutputFolder is { } folder) OutputFolder.Prepare(folder);
        if (arguments.SubmissionFolder is { } submission) OutputFolder.Prepare(submission);
        await using var host = arguments.Model is { } model ? new ModelHost(new ModelChoice(model.ModelFolder, model.Variant), model.Device) : null;
        try
        {
            if (host is not null) torch.set_num_threads(arguments.Threads);
            var (report, files) = await RunDisplay.Create(arguments.Json).ShowAsync(progress => WorkAsync(arguments, datasets, host, progress, cancellationToken));
            Write(arguments, report, files);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return EvalOutput.WriteInterrupted(arguments);
        }
    }

    private static async Task<(CaptionReport Report, IReadOnlyList<string> Files)> WorkAsync(
        EvalArguments arguments, IReadOnlyList<GcgDataset> datasets, ModelHost? host, IProgress<RunStatus> progress, CancellationToken cancellationToken)
    {
        var (splits, read) = (new List<CaptionScores>(), new List<ICaptionPredictions>());
        var submitted = new List<string>();
        foreach (var dataset in datasets)
        {
            var split = dataset.Name[(dataset.Name.IndexOf('/', StringComparison.Ordinal) + 1)..].Split(' ')[0];
            var predictions = Predictions(arguments, host, split);
            read.Add(predictions);
            var (known, name) = (predictions is CaptionModel asked ? asked.Known : 0, (host is null ? "Scoring" : "Captioning") + (datasets.Count > 1 ? $" {dataset.Name}" : ""));
            if (arguments.SubmissionFolder is { } target)
            {
                // The official script scores one split at a time.
                submitted.Add(datasets.Count > 1 ? Path.Combine(target, split) : target);
                predictions = new CaptionSubmission(predictions, submitted[^1], arguments.Options.Missing);
            }

            var stage = new Stage(done => progress.Report(new RunStatus(name, done, dataset.Images.Count, Math.Min(known, done)) { Unit = "images" }));
            splits.Add(await CaptionEvaluator.ScoreAsync(dataset, predictions, arguments.Options, similarity: null, stage, cancellationToken));
        }

        var report = new CaptionReport(read[0].Name, Settings(arguments), arguments.Options.Missing, TimeProvider.System.GetLocalNow(), splits);
        if (arguments.OutputFolder is not { } folder) return (report, submitted);
        progress.Report(new RunStatus("Drawing the report", 0, null, 0));
        var cases = new List<IReadOnlyList<CaptionCase>>();
        for (var i = 0; i < splits.Count; i++) cases.Add(await CaptionCases.DrawAsync(splits[i], datasets[i], read[i], cancellationToken));
        var (page, json) = (Path.Combine(folder, "report.html"), Path.Combine(folder, "report.json"));
        OutputFolder.Write(json, file => CaptionReportJson.Write(file, report));
        OutputFolder.Write(page, file => CaptionPage.Write(file, report, cases));
        return (report, [page, json, .. submitted]);
    }

    private static ICaptionPredictions Predictions(EvalArguments arguments, ModelHost? host, string split) => host is null
        ? CaptionFiles.Open(arguments.Predictions!)
        : new CaptionModel(host, arguments.Model! with { WorkFolder = Path.Combine(arguments.Model!.WorkFolder, split) });

    private static GcgDataset[] Datasets(EvalArguments arguments)
    {
        var splits = arguments.Splits.Count == 0 ? [null] : arguments.Splits.AsEnumerable<string?>();
        return [.. splits.Select(split => First(GcgOpener.Open(arguments.Dataset!, split), arguments.Videos))];
    }

    /// <summary>The beginning of a dataset, whose scores must not pass for those of the whole.</summary>
    private static GcgDataset First(GcgDataset whole, int? count) => count is { } n && n < whole.Images.Count
        ? new GcgDataset($"{whole.Name} (first {n} of {whole.Images.Count} images)", [.. whole.Images.Take(n)], UncaptionedMasks: 0)
        : whole;

    private static void Check(EvalArguments arguments)
    {
        foreach (var (option, isGiven) in (ReadOnlySpan<(string, bool)>)
            [("--verify", arguments.Model?.Verify is not null), ("--reground", arguments.Model?.Reground is not null), ("--self-feedback", arguments.Model?.Variant.SelfFeedback is true)])
        {
            if (isGiven) throw new CliException(ExitCodes.Usage, $"{option} is for sentences about videos; '{arguments.Dataset}' is a dataset of captions.");
        }
    }

    private static KeyValuePair<string, string>[] Settings(EvalArguments arguments) => arguments.Model is not { } model ? [] :
    [
        new("protocol", EvalSession.ProtocolOf(model)),
        .. EvalSession.VariantOf(model.Variant),
        new("device", model.Device),
    ];

    private static void Write(EvalArguments arguments, CaptionReport report, IReadOnlyList<string> files)
    {
        if (arguments.Json)
        {
            EvalOutput.WriteResult(report.Predictions, report.Splits.Select(CaptionReportJson.Brief), files);
            return;
        }

        foreach (var split in report.Splits)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{report.Predictions} on {split.Name}: {split.Images.Count} image(s), {split.Images.Sum(i => i.Phrases)} phrase(s), {split.Images.Sum(i => i.TrueMasks)} true mask(s), {split.Images.Sum(i => i.Masks)} predicted")
                + (split.Skipped > 0 ? $"; {split.Skipped} without a caption left out" : ""));
        }

        var table = new CaptionTable(report.Splits);
        EvalOutput.WriteTable([["split", .. table.Columns.Select(c => c.Title)], .. table.Rows.Select(row => (string[])[row.Name, .. row.Cells])]);
        foreach (var file in files) Console.Out.WriteLine($"  {file}");
    }

    /// <summary>Puts the number of finished images on the display; Progress&lt;T&gt; would hand reports to the thread pool, out of order.</summary>
    private sealed class Stage(Action<int> show) : IProgress<int>
    {
        public void Report(int value) => show(value);
    }
}
