namespace Sa2VA.Datasets.RefShapes;

/// <summary>Descriptions in English: size, colour, texture, shape, in this order.</summary>
internal static class Words
{
    public static string Of(ShapeSize size) => size == ShapeSize.Small ? "small" : "large";

    public static string Of(ShapeColour colour) => colour switch
    {
        ShapeColour.Red => "red",
        ShapeColour.Orange => "orange",
        ShapeColour.Yellow => "yellow",
        ShapeColour.Green => "green",
        ShapeColour.Cyan => "cyan",
        ShapeColour.Blue => "blue",
        ShapeColour.Purple => "purple",
        _ => "white",
    };

    public static string Of(ShapeTexture texture) => texture switch
    {
        ShapeTexture.Plain => "plain",
        ShapeTexture.Striped => "striped",
        ShapeTexture.Dotted => "dotted",
        _ => "checkered",
    };

    public static string Of(ShapeKind shape) => shape switch
    {
        ShapeKind.Circle => "circle",
        ShapeKind.Square => "square",
        ShapeKind.Triangle => "triangle",
        ShapeKind.Star => "star",
        ShapeKind.Cross => "cross",
        _ => "ring",
    };

    /// <summary>"small striped square"; <paramref name="noun"/> stands in for a shape that is not named.</summary>
    public static string Singular(Description what, string noun = "shape") => Join(what, what.Shape is { } shape ? Of(shape) : noun);

    /// <summary>"small striped squares".</summary>
    public static string Plural(Description what, string noun = "shapes") =>
        Join(what, what.Shape switch { null => noun, ShapeKind.Cross => "crosses", { } shape => Of(shape) + "s" });

    /// <summary>"small, red and dotted".</summary>
    public static string Listed(Description what)
    {
        var words = Adjectives(what).ToArray();
        return words.Length < 2 ? string.Concat(words) : string.Join(", ", words[..^1]) + " and " + words[^1];
    }

    /// <summary>How many words a sentence has.</summary>
    public static int Count(string text) => text.Split(' ').Length;

    private static string Join(Description what, string noun) => string.Join(' ', Adjectives(what).Append(noun));

    private static IEnumerable<string> Adjectives(Description what)
    {
        if (what.Size is { } size) yield return Of(size);
        if (what.Colour is { } colour) yield return Of(colour);
        if (what.Texture is { } texture) yield return Of(texture);
    }
}
