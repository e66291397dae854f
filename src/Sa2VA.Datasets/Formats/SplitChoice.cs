namespace Sa2VA.Datasets;

/// <summary>Which part of a dataset is meant.</summary>
internal static class SplitChoice
{
    /// <summary>The split asked for, or the only one, or <paramref name="usual"/> where a dataset has one that is meant by default.</summary>
    public static string Choose(string folder, IReadOnlyList<string> available, string? asked, string? usual = null)
    {
        if (available.Count == 0)
            throw new DatasetException($"'{folder}' has no split whose expressions could be read.");
        if (asked is not null)
        {
            return available.Contains(asked)
                ? asked
                : throw new DatasetException($"'{folder}' has no split '{asked}'. It has: {string.Join(", ", available)}.");
        }

        if (available.Count == 1)
            return available[0];
        return usual is not null && available.Contains(usual)
            ? usual
            : throw new DatasetException($"'{folder}' has several splits. Name one: {string.Join(", ", available)}.");
    }
}
