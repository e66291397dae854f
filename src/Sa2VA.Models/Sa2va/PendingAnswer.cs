using Sa2VA.Models.LanguageModels;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sa2va;

/// <summary>An answer while it is decoded, see <see cref="Sa2vaModel.Step"/>. Owned by the caller; depends on no other answer, and not on its prefix any more.</summary>
public sealed class PendingAnswer : IDisposable
{
    private readonly KeyValueCache _cache;

    /// <param name="cache">What was read; taken over.</param>
    /// <param name="rest">Embeddings of what is read next.</param>
    /// <param name="limits">When to stop.</param>
    internal PendingAnswer(KeyValueCache cache, Tensor rest, GenerationOptions limits)
    {
        _cache = cache;
        Decoding = new GrowingAnswer(cache, rest, limits);
    }

    /// <summary>Null until it is complete.</summary>
    public Answer? Answer { get; internal set; }

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => _cache.Bytes;

    internal GrowingAnswer Decoding { get; }

    public void Dispose()
    {
        Decoding.Dispose();
        _cache.Dispose();
    }
}
