namespace Sa2VA.Evaluation.Captions.Scores;

/// <summary>Pairs the rows of a table with its columns, each at most once: always the highest value of those that are left, of equal ones the first.</summary>
internal static class GreedyPairs
{
    /// <summary>The values of the pairs, from the highest.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="value">Pairs of 0 or less are never made.</param>
    public static IReadOnlyList<double> Find(int rows, int columns, Func<int, int, double> value)
    {
        var cells = Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, columns).Select(column => (Row: row, Column: column, Value: value(row, column))));
        var (takenRows, takenColumns) = (new HashSet<int>(), new HashSet<int>());
        var pairs = new List<double>();
        foreach (var (row, column, found) in cells.Where(cell => cell.Value > 0).OrderByDescending(cell => cell.Value))
        {
            if (takenRows.Contains(row) || takenColumns.Contains(column)) continue;
            takenRows.Add(row);
            takenColumns.Add(column);
            pairs.Add(found);
        }

        return pairs;
    }
}
