using Sa2VA.Models.LanguageModels;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// What the language model has read of a video before any question: the turn's beginning and the key frames. Every question
/// continues from a copy, also when it is the only one, so no answer depends on what else was asked. Owned by the caller.
/// </summary>
public sealed class VisionPrefix : IDisposable
{
    internal VisionPrefix(KeyValueCache cache, int frames) => (Cache, Frames) = (cache, frames);

    /// <summary>Key frames in it.</summary>
    public int Frames { get; }

    /// <summary>Tokens read.</summary>
    public long Tokens => Cache.Length;

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => Cache.Bytes;

    internal KeyValueCache Cache { get; }

    public void Dispose() => Cache.Dispose();
}
