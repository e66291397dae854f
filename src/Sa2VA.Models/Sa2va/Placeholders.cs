using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

/// <summary>Puts features of pictures and objects where a prompt has a placeholder for them.</summary>
internal static class Placeholders
{
    /// <summary>Overwrites the embeddings [1, n, H] of placeholders with features, in order.</summary>
    /// <exception cref="ArgumentException">There are more or fewer placeholders than features.</exception>
    public static void Fill(Tensor embedded, ReadOnlySpan<int> ids, int placeholder, Tensor features)
    {
        using var scope = NewDisposeScope();
        var rows = features.reshape(-1, features.size(-1));
        long used = 0;
        for (var start = 0; start < ids.Length; start++)
        {
            if (ids[start] != placeholder)
                continue;
            var end = start;
            while (end < ids.Length && ids[end] == placeholder)
                end++;
            var count = Math.Min(end - start, rows.size(0) - used);
            embedded.narrow(1, start, count).copy_(rows.narrow(0, used, count));
            used += end - start;
            start = end;
        }

        if (used != rows.size(0))
            throw new ArgumentException($"The prompt has {used} image placeholders, but the frames give {rows.size(0)} features.", nameof(features));
    }
}
