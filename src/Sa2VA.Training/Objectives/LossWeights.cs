namespace Sa2VA.Training.Objectives;

/// <summary>What each part of the loss counts (Sa2VA, section 3.4; SAM 2, appendix D). A part of weight 0 is not computed.</summary>
public sealed record LossWeights
{
    /// <summary>Cross-entropy of the answers' tokens.</summary>
    public double Text { get; init; } = 1;

    /// <summary>Binary cross-entropy of masks, mean over cells.</summary>
    public double Mask { get; init; } = 2;

    public double Dice { get; init; } = 0.5;

    /// <summary>Absolute error of the predicted IoU.</summary>
    public double Iou { get; init; }

    /// <summary>Binary cross-entropy of the object score.</summary>
    public double ObjectScore { get; init; }

    /// <summary>Factor on everything about tracked frames; 0 trains frames alone, as Sa2VA does.</summary>
    public double Tracking { get; init; }

    /// <summary>
    /// Cross-entropy of whether a cell of the image looks at the prompt, which it should where it belongs to what is meant: shows a new
    /// mask decoder that prompts and features speak of the same things, which masks alone are slow to teach.
    /// </summary>
    public double Match { get; init; }

    /// <summary>
    /// Of a model with DeSa2VA's head: squared cosine of what a prompt vector is split into. The paper's norm of a product of matrices does not
    /// depend on the angle when there is one vector.
    /// </summary>
    public double Orthogonality { get; init; } = 0.1;

    /// <summary>Factor on masks decoded from a click, or a box, of the truth.</summary>
    public double Click { get; init; }

    /// <summary>Cross-entropy of the classes of cells, read off the features by layers that are thrown away afterwards.</summary>
    public double Dense { get; init; }
}
