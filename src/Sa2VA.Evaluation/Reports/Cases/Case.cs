using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Reports.Cases;

/// <summary>Why an expression is shown.</summary>
public enum CaseKind
{
    /// <summary>The highest score of its level.</summary>
    Best,

    /// <summary>As many score higher as lower.</summary>
    Median,

    /// <summary>The lowest score of its level.</summary>
    Worst,
}

/// <summary>An expression to look at.</summary>
public sealed record Case(string Level, CaseKind Kind, ExpressionScore Score);

/// <summary>A case with a few of its frames; none when the dataset's frames cannot be read.</summary>
public sealed record CaseStrip(Case Case, IReadOnlyList<CasePicture> Pictures);

/// <summary>One frame of a case with both masks drawn into it.</summary>
/// <param name="Frame">Its number in the video, from 0.</param>
/// <param name="J">Region similarity on this frame.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Png">The picture.</param>
public sealed record CasePicture(int Frame, double J, int Width, int Height, byte[] Png);
