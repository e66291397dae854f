namespace Sa2VA.Cluster.Jobs;

/// <summary>Finds what someone meant who misspelt a name.</summary>
internal static class NearestName
{
    private const int MaxLength = 40;

    /// <summary>The known name that is nearest, when it is near enough to be meant; null otherwise.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        // No slip of the pen is so long, and the comparison takes room for every pair of letters.
        if (name.Length > MaxLength) return null;
        name = name.ToLowerInvariant();
        return known.Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(c => c.Distance <= Math.Max(1, c.Name.Length / 3) || (name.Length > 2 && (c.Name.StartsWith(name, StringComparison.Ordinal) || name.StartsWith(c.Name, StringComparison.Ordinal))))
            .OrderBy(c => c.Distance).Select(c => c.Name).FirstOrDefault();
    }

    /// <summary>Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
