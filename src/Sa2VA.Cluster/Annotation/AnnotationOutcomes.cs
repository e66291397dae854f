namespace Sa2VA.Cluster.Annotation;

/// <summary>Names of outcomes.</summary>
public static class AnnotationOutcomes
{
    /// <summary>How an outcome is called in files and on the command line.</summary>
    public static string NameOf(ObjectOutcome outcome) => outcome switch
    {
        ObjectOutcome.Described => "described",
        ObjectOutcome.Conflicting => "conflicting",
        ObjectOutcome.Unclear => "unclear",
        ObjectOutcome.Undescribed => "undescribed",
        ObjectOutcome.Refused => "refused",
        ObjectOutcome.TooSmall => "too-small",
        _ => "left-out",
    };
}
