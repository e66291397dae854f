namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// Where tokens of a Qwen-VL prompt stand: text moves on one step in time, row and column together; an image's tokens share a time and
/// have the rows and columns of its grid; what follows continues after the largest number so far.
/// </summary>
public sealed class TokenPositions
{
    private readonly List<int> _flat = [];

    /// <summary>Number of tokens.</summary>
    public int Count => _flat.Count / 3;

    /// <summary>Where the next token stands.</summary>
    public int Next { get; private set; }

    /// <summary>Time, row and column of every token, one token after another.</summary>
    public IReadOnlyList<int> Flat => _flat;

    public void AddText(int tokens)
    {
        for (var i = 0; i < tokens; i++, Next++)
            Add(Next, Next, Next);
    }

    /// <summary>Tokens of a grid, row by row, one temporal slice after another.</summary>
    /// <param name="times">For each slice how much later than the grid's beginning it is.</param>
    /// <param name="rows">Of merged patches.</param>
    /// <param name="columns">Of merged patches.</param>
    public void AddGrid(IReadOnlyList<int> times, int rows, int columns)
    {
        var start = Next;
        foreach (var time in times)
        {
            for (var token = 0; token < rows * columns; token++)
                Add(start + time, start + token / columns, start + token % columns);
            Next = Math.Max(Next, start + Math.Max(time, Math.Max(rows, columns) - 1) + 1);
        }
    }

    private void Add(int time, int row, int column)
    {
        _flat.Add(time);
        _flat.Add(row);
        _flat.Add(column);
    }
}
