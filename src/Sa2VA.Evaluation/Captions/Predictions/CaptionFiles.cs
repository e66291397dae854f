using Sa2VA.Datasets;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>Opens captions on disk, of either known layout.</summary>
public static class CaptionFiles
{
    /// <summary>Opens a folder.</summary>
    /// <exception cref="EvaluationException">There is none, or it has neither layout.</exception>
    public static ICaptionPredictions Open(string folder)
    {
        if (!Directory.Exists(folder)) throw new EvaluationException($"There is no folder of captions '{folder}'.");
        if (Directory.EnumerateFiles(folder, CaptionOutputs.FileName, SearchOption.AllDirectories).Any()) return new CaptionOutputs(folder);
        return Directory.EnumerateFiles(folder, "*.json").Any()
            ? new Official(folder)
            : throw new EvaluationException(
                $"'{folder}' holds no captions of a known layout. Known are: a file IMAGE.json for each picture, as GLaMM's and Sa2VA's scripts write them, and folders that 'sa2va caption' wrote (IMAGE/caption.json).");
    }

    /// <summary>A file for each image.</summary>
    private sealed class Official(string folder) : ICaptionPredictions
    {
        public string Name => folder;

        public Task<CaptionPrediction?> ReadAsync(GcgImage image, CancellationToken cancellationToken)
        {
            var path = Path.Combine(folder, image.Id + ".json");
            return Task.FromResult(File.Exists(path) ? CaptionJson.Read(path) : null);
        }
    }
}
