namespace Sa2VA.Cluster.Local;

/// <summary>What a process has said since its start, in a file; what it said before is in the same file with <c>.1</c>.</summary>
internal static class ProcessLog
{
    /// <summary>Makes room for a new start.</summary>
    public static void Begin(string file)
    {
        if (File.Exists(file)) File.Move(file, file + ".1", overwrite: true);
    }

    /// <summary>The last lines, for a message.</summary>
    public static string End(string file)
    {
        const int lines = 5;
        var said = File.Exists(file) ? File.ReadLines(file).Where(line => line.Length > 0).TakeLast(lines).ToList() : [];
        return said.Count == 0 ? "(it said nothing)" : string.Join("; ", said);
    }
}
