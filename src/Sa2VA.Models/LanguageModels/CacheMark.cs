namespace Sa2VA.Models.LanguageModels;

/// <summary>A place in what a decoder has read: how many tokens, and how the next ones are rotated.</summary>
internal sealed record CacheMark(long Length, RotaryState Rotary);
