namespace Sa2VA.Media;

/// <summary>The last lines a tool wrote to its error stream, bounded in characters; written by one reader, read after it has ended.</summary>
internal sealed class ErrorTail(int maxCharacters)
{
    private const int MaxLine = 1_000;
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();
    private int _characters;

    public void Add(string line)
    {
        if (line.Length > MaxLine)
            line = line[..MaxLine];
        lock (_gate)
        {
            _lines.Enqueue(line);
            _characters += line.Length;
            while (_characters > maxCharacters && _lines.Count > 1)
                _characters -= _lines.Dequeue().Length;
        }
    }

    public bool Contains(params ReadOnlySpan<string> anyOf)
    {
        lock (_gate)
        {
            foreach (var line in _lines)
            {
                foreach (var text in anyOf)
                {
                    if (line.Contains(text, StringComparison.OrdinalIgnoreCase))
                        return true;
                }
            }

            return false;
        }
    }

    /// <summary>The last few lines, for a message.</summary>
    public string Summary(int lines = 3)
    {
        lock (_gate)
            return _lines.Count == 0 ? "(it said nothing)" : string.Join("; ", _lines.TakeLast(lines));
    }
}
