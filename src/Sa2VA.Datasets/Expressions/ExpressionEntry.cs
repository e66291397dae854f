namespace Sa2VA.Datasets;

/// <summary>A video as an expressions file lists it.</summary>
/// <param name="Id">Relative path of its frames; may hold slashes.</param>
/// <param name="Frames">Names without extension, sorted as all published code sorts them.</param>
/// <param name="Width">Pixels, where the file says so.</param>
/// <param name="Height">Pixels, where the file says so.</param>
/// <param name="Expressions">In the order of the file.</param>
internal sealed record VideoEntry(string Id, IReadOnlyList<string> Frames, int? Width, int? Height, IReadOnlyList<ExpressionEntry> Expressions);

/// <summary>An expression as an expressions file lists it.</summary>
/// <param name="Id">Its key.</param>
/// <param name="Text">The sentence.</param>
/// <param name="Level">Our own benchmark's level.</param>
/// <param name="Type"><c>type_id</c> of ReVOS and Ref-SAV.</param>
/// <param name="Objects"><c>obj_id</c>: the entries of palette pictures that are meant; null where the file does not say.</param>
/// <param name="Annotations"><c>anno_id</c>: the keys under which masks are filed; null where the file does not say.</param>
internal sealed record ExpressionEntry(
    string Id, string Text, string? Level, int? Type, IReadOnlyList<string>? Objects, IReadOnlyList<string>? Annotations)
{
    /// <summary>The level of expressions about nothing in the video.</summary>
    public const string AbsentLevel = "absent";

    /// <summary>What callers see. <paramref name="levels"/> names the types of a dataset that has them.</summary>
    public ReferringExpression ToExpression(IReadOnlyList<string>? levels)
    {
        var level = Level ?? (levels is null || Type is not { } type ? null : type >= 0 && type < levels.Count ? levels[type] : $"type {type}");
        return new ReferringExpression(Id, Text, level, level == AbsentLevel || (Annotations ?? Objects) is { Count: 0 });
    }
}
