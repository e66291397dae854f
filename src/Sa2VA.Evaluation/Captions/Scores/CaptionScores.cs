namespace Sa2VA.Evaluation.Captions.Scores;

/// <summary>Everything scored on one split. Shares lie between 0 and 1; a value is null when nothing defines it.</summary>
public sealed record CaptionScores
{
    /// <summary>Name of the dataset and split.</summary>
    public required string Name { get; init; }

    /// <summary>Every image that was scored, in the order of the dataset; at least one.</summary>
    public required IReadOnlyList<CaptionScore> Images { get; init; }

    /// <summary>Images without a caption, which are in no score.</summary>
    public required int Skipped { get; init; }

    /// <summary>What decides in <see cref="Recall"/> whether two phrases mean the same.</summary>
    public required string Similarity { get; init; }

    /// <summary>METEOR with its exact and stem modules, of the statistics of all captions together.</summary>
    public required double Meteor { get; init; }

    /// <summary>Average precision of the masks at an IoU of one half; null when there are none to find.</summary>
    public required double? AP50 { get; init; }

    /// <summary>CIDEr-D, the mean over images: from 0 to 10.</summary>
    public double Cider => Images.Average(image => image.Cider);

    /// <summary>Mean over images of the mean intersection over union of the paired masks.</summary>
    public double MeanIoU => Images.Average(image => image.IoU);

    /// <summary>Share of the true phrases that were found: with a mask of an IoU of at least one half, and similar words.</summary>
    public double? Recall => Images.Sum(image => image.Phrases) is > 0 and var all ? (double)Images.Sum(image => image.Found) / all : null;
}

/// <summary>How well one image was described.</summary>
/// <param name="Id">As the dataset calls it.</param>
/// <param name="Caption">What was said.</param>
/// <param name="Reference">The first caption of the dataset.</param>
/// <param name="Meteor">METEOR of this caption alone.</param>
/// <param name="Cider">CIDEr-D.</param>
/// <param name="IoU">Mean intersection over union of the paired masks; 0 when none could be paired.</param>
/// <param name="Phrases">True phrases.</param>
/// <param name="Found">Those of them that were found.</param>
/// <param name="TrueMasks">True masks.</param>
/// <param name="Masks">Predicted masks.</param>
public sealed record CaptionScore(string Id, string Caption, string Reference, double Meteor, double Cider, double IoU, int Phrases, int Found, int TrueMasks, int Masks);
