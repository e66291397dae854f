using Sa2VA.Cli.Commands;
using Sa2VA.Datasets;
using Sa2VA.Datasets.RefShapes;
using Sa2VA.Evaluation.RefShapes;
using Sa2VA.Training.Data;

namespace Sa2VA.Cli.Training;

/// <summary>Opens what the command line calls the data: the built-in benchmark, or any dataset that the evaluator reads.</summary>
internal static class ClipSourceChoice
{
    public const string Default = $"{RefShapesDataset.Scheme}:train";

    /// <param name="arguments">Name the data.</param>
    /// <param name="seed">Decides the order of a dataset's videos.</param>
    public static IClipSource Open(TrainArguments arguments, ulong seed)
    {
        var words = arguments.Dataset.Split(':', 2);
        if (words[0] != RefShapesDataset.Scheme || (words.Length == 1 && Directory.Exists(arguments.Dataset)))
            return new DatasetClipSource(DatasetOpener.Open(arguments.Dataset, arguments.Format, arguments.Split), seed);
        if (words.Length == 2 && arguments.Split is not null)
            throw new CliException(ExitCodes.Usage, $"The split is given twice, as '{words[1]}' with --data and as '{arguments.Split}' with --split.");
        var name = words.Length == 2 ? words[1] : arguments.Split ?? RefShapesSplit.Train.Name();
        foreach (var split in Enum.GetValues<RefShapesSplit>())
        {
            if (split.Name() == name)
                return new RefShapesSource(split);
        }

        throw new CliException(ExitCodes.Dataset, $"Ref-Shapes has no split '{name}'; it has {string.Join(", ", Enum.GetValues<RefShapesSplit>().Select(split => split.Name()))}.");
    }
}
