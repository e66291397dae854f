namespace Sa2VA.Cluster.Exports.Sources;

/// <summary>Names of videos within one export.</summary>
public sealed class ExportNames
{
    private const int Longest = 100;

    private readonly Dictionary<string, int> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A name that is fit for a file on every system, and that no video before it has; the same for the same names in the same order.</summary>
    /// <param name="wanted">What the owner calls it: a name, a path, an address.</param>
    public string Take(string wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var last = wanted.TrimEnd('/').Split('/', '\\')[^1];
        var stem = Path.GetFileNameWithoutExtension(last) is { Length: > 0 } name ? name : last;
        var clean = string.Concat(stem.Take(Longest).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')).Trim('.');
        if (clean.Length == 0) clean = "video";
        for (; ; )
        {
            var count = _used[clean] = _used.GetValueOrDefault(clean) + 1;
            if (count == 1) return clean;
            var numbered = $"{clean}-{count}";
            if (_used.TryAdd(numbered, 1)) return numbered;
        }
    }
}
