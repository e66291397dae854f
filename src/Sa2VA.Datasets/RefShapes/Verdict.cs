namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// Whether something is true of an object. What a person could see either way is unclear, and nothing is said that would be unclear of
/// any object: a sentence must be plainly true of what it means and plainly false of the rest. Ordered, so that "and" is the minimum.
/// </summary>
internal enum Verdict
{
    No,
    Unclear,
    Yes,
}

internal static class Verdicts
{
    public static Verdict And(Verdict a, Verdict b) => a < b ? a : b;

    /// <summary>Yes or no when either is plain.</summary>
    public static Verdict Of(bool yes, bool no) => yes ? Verdict.Yes : no ? Verdict.No : Verdict.Unclear;
}
