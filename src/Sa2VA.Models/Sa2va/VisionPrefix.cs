using Sa2VA.Models.LanguageModels;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// What the language model has read of a video or a picture before any question: the turn's beginning and what is shown. Every question
/// continues from a copy, also when it is the only one, so no answer depends on what else was asked. Owned by the caller.
/// </summary>
public sealed class VisionPrefix : IDisposable
{
    internal VisionPrefix(KeyValueCache cache, VisionInput input) => (Cache, Frames, IsStill, Tail) = (cache, input.Pictures.Count, input.IsStill, PromptTokens.Tail(input.Regions.Count));

    /// <summary>Key frames in it; of a still picture its tiles.</summary>
    public int Frames { get; }

    /// <summary>Whether it is a still picture.</summary>
    public bool IsStill { get; }

    /// <summary>Tokens read.</summary>
    public long Tokens => Cache.Length;

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => Cache.Bytes;

    internal KeyValueCache Cache { get; }

    /// <summary>Text that belongs to what is shown, and is read with the first question.</summary>
    internal string Tail { get; }

    public void Dispose() => Cache.Dispose();
}
