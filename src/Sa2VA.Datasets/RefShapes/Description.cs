namespace Sa2VA.Datasets.RefShapes;

/// <summary>Some of the words that say what an object looks like; what is null is left out.</summary>
internal readonly record struct Description(ShapeSize? Size, ShapeColour? Colour, ShapeTexture? Texture, ShapeKind? Shape)
{
    public static Description Nothing => default;

    /// <summary>How many attributes it names.</summary>
    public int Count => (Size is null ? 0 : 1) + (Colour is null ? 0 : 1) + (Texture is null ? 0 : 1) + (Shape is null ? 0 : 1);

    public static Description Full(ShapeObject of) => new(of.Size, of.Colour, of.Texture, of.Shape);

    /// <summary>The attributes of <paramref name="of"/> that the bits of <paramref name="subset"/> choose: 1 size, 2 colour, 4 texture, 8 shape.</summary>
    public static Description Some(ShapeObject of, int subset) => new(
        (subset & 1) != 0 ? of.Size : null, (subset & 2) != 0 ? of.Colour : null,
        (subset & 4) != 0 ? of.Texture : null, (subset & 8) != 0 ? of.Shape : null);

    public bool Fits(ShapeObject one) =>
        (Size is null || Size == one.Size) && (Colour is null || Colour == one.Colour)
        && (Texture is null || Texture == one.Texture) && (Shape is null || Shape == one.Shape);

    /// <summary>How many of the attributes it names are wrong for <paramref name="one"/>.</summary>
    public int Mismatches(ShapeObject one) =>
        (Size is null || Size == one.Size ? 0 : 1) + (Colour is null || Colour == one.Colour ? 0 : 1)
        + (Texture is null || Texture == one.Texture ? 0 : 1) + (Shape is null || Shape == one.Shape ? 0 : 1);
}
