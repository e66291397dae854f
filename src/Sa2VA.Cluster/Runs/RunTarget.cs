using System.Text.Json.Serialization;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Runs;

/// <summary>One thing to find, or to say. <paramref name="Label"/> is what people see in the legend.</summary>
[JsonDerivedType(typeof(Expression), "expression")]
[JsonDerivedType(typeof(Prompted), "prompted")]
[JsonDerivedType(typeof(Question), "question")]
[JsonDerivedType(typeof(Caption), "caption")]
public abstract record RunTarget(string Label)
{
    /// <summary>A sentence for the language model; each <c>[SEG]</c> of its answer becomes an object, none means absent.</summary>
    public sealed record Expression(string Text) : RunTarget(Text);

    /// <summary>One object shown by hand; the language model is not asked.</summary>
    public sealed record Prompted(string Label, IReadOnlyList<VisualPrompt> Prompts) : RunTarget(Label);

    /// <summary>A question about the video, answered in words; each <c>[SEG]</c> of the answer becomes an object too, and none is no statement about anything.</summary>
    public sealed record Question(string Text) : RunTarget(Text);

    /// <summary>A description of the video; each of its phrases that has a mask becomes an object, whose label is the phrase. Asked for once.</summary>
    public sealed record Caption() : RunTarget("caption");
}

/// <summary>A hint on one frame of the file. Coordinates are pixels of the upright video, origin top left.</summary>
[JsonDerivedType(typeof(Points), "points")]
[JsonDerivedType(typeof(Box), "box")]
[JsonDerivedType(typeof(Mask), "mask")]
public abstract record VisualPrompt(int Frame)
{
    /// <summary>Clicks: x0, y0, x1, y1, ... with a label each, 1 on the object and 0 off it.</summary>
    public sealed record Points(int Frame, float[] Coordinates, int[] Labels) : VisualPrompt(Frame);

    /// <summary>A box around the object.</summary>
    public sealed record Box(int Frame, float X0, float Y0, float X1, float Y1) : VisualPrompt(Frame);

    /// <summary>The object itself, in the size of the upright video.</summary>
    public sealed record Mask(int Frame, Rle Rle) : VisualPrompt(Frame);
}
