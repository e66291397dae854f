namespace Sa2VA.Cluster.Annotation;

/// <summary>A question about an object, in the order of the pipeline.</summary>
public enum AnnotationStep
{
    /// <summary>Object level: the object alone.</summary>
    Cutout,

    /// <summary>Object level: the object outlined in the whole frame.</summary>
    Whole,

    /// <summary>Whether both descriptions are of the same thing.</summary>
    Check,

    /// <summary>Scene level: the object among everything around it.</summary>
    Scene,

    /// <summary>Video level: the object over time.</summary>
    Video,

    /// <summary>The same in few words.</summary>
    Short,
}

/// <summary>A question that was answered, as it is kept.</summary>
/// <param name="Step">Which.</param>
/// <param name="Attempt">From 1; each attempt looks at another frame.</param>
/// <param name="Prompt">What was asked, word for word.</param>
/// <param name="Text">What was answered, word for word.</param>
/// <param name="Complete">Whether the answer came to its end.</param>
/// <param name="Model">Who answered.</param>
public sealed record StepAnswer(AnnotationStep Step, int Attempt, string Prompt, string Text, bool Complete, string Model);

/// <summary>A question that was refused.</summary>
/// <param name="Step">Which.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Reason">In the words of whoever refused.</param>
public sealed record StepRefusal(AnnotationStep Step, int Attempt, string Reason);
