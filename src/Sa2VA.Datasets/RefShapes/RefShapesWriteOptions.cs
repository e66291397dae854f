namespace Sa2VA.Datasets.RefShapes;

/// <summary>The folder layouts that can be written; both share the frames.</summary>
[Flags]
public enum RefShapesLayouts
{
    /// <summary><c>SPLIT/meta_expressions.json</c> and <c>SPLIT/mask_dict.json</c>.</summary>
    Mevis = 1,

    /// <summary><c>meta_expressions/SPLIT/meta_expressions.json</c> and <c>SPLIT/Annotations/VIDEO/FRAME.png</c>.</summary>
    RefYoutubeVos = 2,

    /// <summary>Both.</summary>
    Both = Mevis | RefYoutubeVos,
}

/// <summary>What to write, and where.</summary>
public sealed record RefShapesWriteOptions
{
    /// <summary>The split.</summary>
    public required RefShapesSplit Split { get; init; }

    /// <summary>The root of the dataset; made when it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>0, the default, is the published benchmark.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many videos, from the first; null, the default, for the whole split.</summary>
    public int? Videos { get; init; }

    /// <summary>The layouts. Default: both.</summary>
    public RefShapesLayouts Layouts { get; init; } = RefShapesLayouts.Both;

    /// <summary>Whether every video is also written as <c>SPLIT/videos/VIDEO.mp4</c>. Default: yes.</summary>
    public bool Mp4 { get; init; } = true;
}

/// <summary>What was written.</summary>
/// <param name="Folder">The folder of the split.</param>
/// <param name="Videos">Videos in it.</param>
/// <param name="Frames">Frames of all videos.</param>
/// <param name="Expressions">Sentences about all videos.</param>
public sealed record RefShapesWritten(string Folder, int Videos, int Frames, int Expressions);
