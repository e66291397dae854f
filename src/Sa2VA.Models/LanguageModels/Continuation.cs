namespace Sa2VA.Models.LanguageModels;

/// <summary>One sequence's share of a batch of tokens: what it has read, and how many of the tokens follow.</summary>
public readonly record struct Continuation(KeyValueCache Cache, long Count);
