using Sa2VA.Datasets;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>Somebody's captions of a dataset's pictures: files, or a model that is run when they are asked for.</summary>
public interface ICaptionPredictions
{
    /// <summary>What reports call them.</summary>
    string Name { get; }

    /// <summary>The caption of one picture; null when there is none. Several may be read at a time, and one more than once.</summary>
    /// <exception cref="EvaluationException">The files are damaged.</exception>
    Task<CaptionPrediction?> ReadAsync(GcgImage image, CancellationToken cancellationToken);
}
