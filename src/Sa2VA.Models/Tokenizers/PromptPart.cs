namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// A stretch of a prompt: plain text, in which nothing is control, or a token repeated. What a user wrote goes in as text, so it
/// can spell a control token without becoming one; an image's thousands of placeholders go in as one part.
/// </summary>
public readonly record struct PromptPart
{
    private PromptPart(string? content, int id, int count) => (Content, Id, Count) = (content, id, count);

    /// <summary>The text; null for tokens.</summary>
    public string? Content { get; }

    public int Id { get; }

    public int Count { get; }

    public static PromptPart Text(string content) => new(content, 0, 0);

    public static PromptPart Token(int id, int count = 1) => new(null, id, count);
}
