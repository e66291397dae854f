namespace Sa2VA.Models.LanguageModels;

/// <summary>One sequence's share of a batch of tokens: what it has read, and how many of the tokens follow.</summary>
public readonly record struct Continuation(KeyValueCache Cache, long Count)
{
    /// <summary>Where the tokens stand, for a prompt with images of a model with rotary axes; null: one after another.</summary>
    public TokenPositions? Positions { get; init; }
}
