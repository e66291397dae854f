using Sa2VA.Datasets;
using Sa2VA.Evaluation.Running;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>Captions that are also written in the official form, <c>IMAGE.json</c>, so that the official script can score them too.</summary>
/// <param name="predictions">Whose.</param>
/// <param name="folder">Made when absent.</param>
/// <param name="missing">What an image without a caption is: where nothing was said, an empty caption is written, since the script wants a file for each image.</param>
public sealed class CaptionSubmission(ICaptionPredictions predictions, string folder, MissingPredictions missing) : ICaptionPredictions
{
    /// <inheritdoc/>
    public string Name => predictions.Name;

    /// <inheritdoc/>
    public async Task<CaptionPrediction?> ReadAsync(GcgImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var said = await predictions.ReadAsync(image, cancellationToken);
        if ((said ?? (missing == MissingPredictions.Absent ? CaptionPrediction.Nothing : null)) is { } written)
        {
            Directory.CreateDirectory(folder);
            CaptionJson.Write(Path.Combine(folder, image.Id + ".json"), image.Id, written);
        }

        return said;
    }
}
