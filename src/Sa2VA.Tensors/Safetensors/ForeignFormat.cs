namespace Sa2VA.Tensors.Safetensors;

/// <summary>Recognises what people most often have in place of a safetensors file, by its first bytes.</summary>
internal static class ForeignFormat
{
    /// <summary>A sentence for the user, or null when the bytes say nothing.</summary>
    public static string? Describe(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("version https://git-lfs"u8) || head.StartsWith("version "u8))
            return "a Git LFS pointer, not the weights themselves. Fetch the real file, for example with 'git lfs pull'.";
        if (head.StartsWith("PK\x03\x04"u8) || head is [0x80, >= 1 and <= 5, ..])
            return "a pickle (PyTorch's own format), which can run code when loaded and is refused. Convert it to safetensors.";
        if (head.StartsWith("<"u8))
            return "an HTML or XML page, not weights. The download probably failed: fetch it again.";
        return head.StartsWith("GGUF"u8) ? "a GGUF file. Only safetensors are read." : null;
    }
}
