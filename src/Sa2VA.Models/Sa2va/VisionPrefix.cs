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

    /// <summary>What a language model reads into an empty cache with room for so many tokens.</summary>
    internal static VisionPrefix Read(LanguageModel model, int tokens, VisionInput input, Action<KeyValueCache> read)
    {
        var cache = model.NewCache(tokens);
        try
        {
            read(cache);
            return new VisionPrefix(cache, input);
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>One for each input; when one cannot be read, none.</summary>
    internal static List<VisionPrefix> ReadEach<T>(IReadOnlyList<T> inputs, Func<T, VisionPrefix> read)
    {
        var prefixes = new List<VisionPrefix>(inputs.Count);
        try
        {
            foreach (var input in inputs)
                prefixes.Add(read(input));
            return prefixes;
        }
        catch
        {
            prefixes.ForEach(prefix => prefix.Dispose());
            throw;
        }
    }
}
