using Sa2VA.Cli.Commands;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Clips;
using Sa2VA.Evaluation.RefShapes;

namespace Sa2VA.Cli.Evaluating;

/// <summary>Opens what the command line calls a dataset: a folder, the built-in benchmark, or a single clip's truth.</summary>
internal static class DatasetChoice
{
    /// <summary>A dataset for each split that is to be scored.</summary>
    public static IReadOnlyList<IReferringDataset> Open(EvalArguments arguments)
    {
        IReadOnlyList<IReferringDataset> datasets =
            arguments.Truth is { } truth ? [ClipTruth.Open(truth)]
            : RefShapesSplits(arguments) is { } splits ? [.. splits.Select(split => new RefShapesDataset(split, CacheFolder(arguments)))]
            : [.. (arguments.Splits.Count == 0 ? [null] : arguments.Splits.AsEnumerable<string?>()).Select(split => DatasetOpener.Open(arguments.Dataset!, arguments.Format, split))];
        return arguments.Videos is { } count ? [.. datasets.Select(d => d.Videos.Count > count ? new FirstVideos(d, count) : d)] : datasets;
    }

    /// <summary>The splits of the built-in benchmark; null when another dataset is meant.</summary>
    private static IReadOnlyList<string>? RefShapesSplits(EvalArguments arguments)
    {
        var words = arguments.Dataset!.Split(':', 2);
        if (words[0] != RefShapesDataset.Scheme || (words.Length == 1 && Directory.Exists(arguments.Dataset))) return null;
        if (words.Length == 2 && arguments.Splits.Count > 0)
            throw new CliException(ExitCodes.Usage, $"The split is given twice, as '{words[1]}' with --dataset and as '{arguments.Splits[0]}' with --split.");
        if (words.Length == 1 && arguments.Splits.Count == 0)
            throw new CliException(ExitCodes.Usage, $"Which split? --dataset {RefShapesDataset.Scheme}:val, :test or :long.");
        return words.Length == 2 ? [words[1]] : arguments.Splits;
    }

    // Predictions need no video files; the folder is then never made.
    private static string CacheFolder(EvalArguments arguments) => Path.Combine(arguments.OutputFolder ?? Path.GetTempPath(), "videos");

    /// <summary>The beginning of a dataset, whose scores must not pass for those of the whole.</summary>
    private sealed class FirstVideos(IReferringDataset whole, int count) : IReferringDataset
    {
        public string Name { get; } = $"{whole.Name} (first {count} of {whole.Videos.Count} videos)";

        public IReadOnlyList<ReferringVideo> Videos { get; } = [.. whole.Videos.Take(count)];
    }
}
