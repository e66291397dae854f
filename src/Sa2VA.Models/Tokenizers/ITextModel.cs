namespace Sa2VA.Models.Tokenizers;

/// <summary>What cuts plain text into ids, below the added tokens. Safe for use from several threads.</summary>
internal interface ITextModel
{
    /// <summary>Whether the space that a decoded text begins with is not part of it.</summary>
    bool DropsFirstSpace { get; }

    /// <summary>Ids that stand for no text.</summary>
    IReadOnlyCollection<int> Control { get; }

    /// <summary>The id of a token by its spelling.</summary>
    int? Id(string token);

    /// <summary>The bytes of every id; null where an id has no token.</summary>
    byte[]?[] Spellings();

    /// <summary>Adds the ids of a text without added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="first">Whether it begins the prompt.</param>
    /// <param name="ids">Added to.</param>
    void Encode(string text, bool first, List<int> ids);
}
