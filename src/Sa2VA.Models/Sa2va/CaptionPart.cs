namespace Sa2VA.Models.Sa2va;

/// <summary>What an answer is made of.</summary>
internal enum CaptionPartKind
{
    Words,
    Start,
    End,
    Segment,
}

/// <summary>A stretch of an answer: words, or a tag.</summary>
internal readonly record struct CaptionPart(CaptionPartKind Kind, string Text)
{
    public static CaptionPart Start { get; } = new(CaptionPartKind.Start, "");

    public static CaptionPart End { get; } = new(CaptionPartKind.End, "");

    public static CaptionPart Segment { get; } = new(CaptionPartKind.Segment, "");

    public static CaptionPart Words(string text) => new(CaptionPartKind.Words, text);
}
