using Sa2VA.Datasets;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>Somebody's masks for the expressions of a dataset: files, or a model that is run when they are asked for.</summary>
public interface IPredictions
{
    /// <summary>What reports call them.</summary>
    string Name { get; }

    /// <summary>
    /// The predictions for one video by the id of the expression; expressions without one are left out. Several videos may be read at a
    /// time, and one more than once.
    /// </summary>
    /// <param name="video">The video.</param>
    /// <param name="progress">Told the number of frames that are ready, where it takes a while.</param>
    /// <param name="cancellationToken">Ends the work; what a model had tracked until then is kept for the next time.</param>
    /// <exception cref="EvaluationException">The files are damaged.</exception>
    Task<IReadOnlyDictionary<string, Prediction>> ReadAsync(ReferringVideo video, IProgress<int>? progress, CancellationToken cancellationToken);
}
