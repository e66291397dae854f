using System.Text;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// A safetensors file or index cannot be read or written. The message names the file, the tensor where there is one, what was
/// found and what was expected. A retry does not help: the file has to be replaced.
/// </summary>
public sealed class SafetensorsException : Exception
{
    /// <summary>Creates the exception for a file as a whole.</summary>
    public SafetensorsException(string file, string reason, Exception? inner = null)
        : this(file, tensor: null, reason, inner)
    {
    }

    /// <summary>Creates the exception for one tensor of a file.</summary>
    public SafetensorsException(string file, string? tensor, string reason, Exception? inner = null)
        : base(tensor is null ? $"'{file}': {reason}" : $"'{file}': tensor '{Printable(tensor)}': {reason}", inner)
    {
        File = file;
        Tensor = tensor is null ? null : Printable(tensor);
        Reason = reason;
    }

    /// <summary>The path as it was given.</summary>
    public string File { get; }

    /// <summary>The tensor concerned, or null when the file as a whole is. Control characters are escaped.</summary>
    public string? Tensor { get; }

    /// <summary>The message without file and tensor.</summary>
    public string Reason { get; }

    /// <summary>A name from an untrusted file, fit for a terminal and a log: capped in length, control characters escaped.</summary>
    internal static string Printable(string text)
    {
        const int longest = 160;
        var shown = text.Length <= longest ? text : text[..longest];
        var builder = new StringBuilder(shown.Length);
        foreach (var c in shown)
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
                builder.Append("\\u").Append(((int)c).ToString("x4"));
            else
                builder.Append(c);
        }

        if (text.Length > longest)
            builder.Append("…");
        return builder.ToString();
    }
}
