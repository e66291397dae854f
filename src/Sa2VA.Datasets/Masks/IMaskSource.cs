using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>Where the truth of a dataset is. Implementations may be used by several threads.</summary>
internal interface IMaskSource
{
    /// <summary>For messages: the file or folder.</summary>
    string Path { get; }

    /// <summary>Whether it can have masks of a video, without looking into files. One expression without ids is a fault, all are a set without truth.</summary>
    /// <param name="video">The video.</param>
    /// <param name="present">Those of its expressions that are not absent ones.</param>
    bool Has(VideoEntry video, IReadOnlyList<ExpressionEntry> present);

    /// <summary>The masks on a frame of what the expression means, one for each object that is visible; their sizes are not checked.</summary>
    /// <param name="video">The video.</param>
    /// <param name="expression">One of its expressions, not an absent one.</param>
    /// <param name="frame">Index into the video's frames.</param>
    /// <exception cref="DatasetException">There are none for it, or they are damaged.</exception>
    IReadOnlyList<Rle> Masks(VideoEntry video, ExpressionEntry expression, int frame);
}
