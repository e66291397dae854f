namespace Sa2VA.Evaluation.Predictions;

/// <summary>Opens predictions on disk, of whichever of the known layouts they are.</summary>
public static class PredictionFiles
{
    private const string Submission = "Annotations";

    private const string Layouts =
        "Known are: folders that 'sa2va run' wrote (VIDEO/masks.json), PNG pictures as they are submitted (Annotations/VIDEO/EXPRESSION/FRAME.png), "
        + "and a JSON file of run lengths ({video: {expression: {\"prediction_masks\": [...]}}}).";

    /// <summary>Opens a folder or a file; dispose of what comes back when it can be disposed.</summary>
    /// <exception cref="EvaluationException">There is nothing, or it has none of the layouts.</exception>
    public static IPredictions Open(string path)
    {
        if (File.Exists(path))
        {
            return Path.GetFileName(path) == MasksFile.FileName && MasksFile.VideoOf(path) is not null
                ? new RunOutputPredictions(Path.GetDirectoryName(Path.GetFullPath(path))!)
                : RlePredictions.Open(path);
        }

        if (!Directory.Exists(path)) throw new EvaluationException($"There are no predictions '{path}'.");
        if (Path.Combine(path, Submission) is var submission && Directory.Exists(submission)) return new PngPredictions(submission);
        if (Directory.EnumerateFiles(path, MasksFile.FileName, SearchOption.AllDirectories).Any()) return new RunOutputPredictions(path);
        return HoldsPictures(path)
            ? new PngPredictions(path)
            : throw new EvaluationException($"'{path}' holds no predictions of a known layout. {Layouts}");
    }

    /// <summary>Whether somewhere two folders down, or deeper where videos lie in folders, there is a picture.</summary>
    private static bool HoldsPictures(string path)
        => Directory.EnumerateFiles(path, "*.png", SearchOption.AllDirectories)
            .Any(file => Path.GetRelativePath(path, file).Count(c => c == Path.DirectorySeparatorChar) >= 2);
}
