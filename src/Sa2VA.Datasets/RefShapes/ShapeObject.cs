namespace Sa2VA.Datasets.RefShapes;

/// <summary>The outline.</summary>
public enum ShapeKind
{
    Circle,
    Square,
    Triangle,
    Star,
    Cross,
    Ring,
}

/// <summary>The colour.</summary>
public enum ShapeColour
{
    Red,
    Orange,
    Yellow,
    Green,
    Cyan,
    Blue,
    Purple,
    White,
}

/// <summary>What the surface looks like: the colour alone, or the colour and a darker tone of it in a pattern.</summary>
public enum ShapeTexture
{
    Plain,
    Striped,
    Dotted,
    Checkered,
}

/// <summary>Small has about half the diameter of large.</summary>
public enum ShapeSize
{
    Small,
    Large,
}

/// <summary>One object of a video, as words can describe it.</summary>
/// <param name="Index">Its place in the video; <c>Index + 1</c> marks its pixels among the owners of a frame.</param>
public sealed record ShapeObject(int Index, ShapeKind Shape, ShapeColour Colour, ShapeTexture Texture, ShapeSize Size)
{
    internal ShapeBody Body { get; init; } = ShapeBody.Nowhere;

    internal bool LooksLike(ShapeObject other) =>
        Shape == other.Shape && Colour == other.Colour && Texture == other.Texture && Size == other.Size;
}
