using System.Globalization;

namespace Sa2VA.Cluster.Local;

/// <summary>The part of a line of <c>/proc/PID/stat</c> that tells one process from another (proc(5)).</summary>
/// <param name="Id">Process id.</param>
/// <param name="State">R, S, D ...; Z for a dead one that nobody has asked after.</param>
/// <param name="ParentId">Its parent.</param>
/// <param name="Threads">How many threads have not ended.</param>
/// <param name="StartTime">In clock ticks since the machine's start. Id and start time together are never used again.</param>
internal readonly record struct ProcessStat(int Id, char State, int ParentId, int Threads, long StartTime)
{
    /// <summary>When the first thread of a process has ended, the process counts as a zombie; its ports stay taken until the last thread has ended too.</summary>
    public bool IsAlive => State is not ('Z' or 'X') || Threads > 1;

    /// <summary>Null when there is no such process, or the file is gone.</summary>
    public static ProcessStat? Read(int id) => ReadFile($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");

    /// <inheritdoc cref="Read"/>
    public static ProcessStat? ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (IOException)
        {
            // Also when the process ends between opening and reading (ESRCH).
            return null;
        }
    }

    /// <summary>Every process that there is.</summary>
    public static IEnumerable<ProcessStat> All() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
        .OfType<ProcessStat>();

    internal static ProcessStat? Parse(string line)
    {
        // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 0 || close < open) return null;
        var fields = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // Numbers of the fields as in proc(5), where the first of these is field 3.
        const int first = 3, threads = 20, startTime = 22;
        if (fields.Length <= startTime - first) return null;
        return int.TryParse(line[..open], CultureInfo.InvariantCulture, out var id)
            && int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent)
            && int.TryParse(fields[threads - first], CultureInfo.InvariantCulture, out var running)
            && long.TryParse(fields[startTime - first], CultureInfo.InvariantCulture, out var started)
                ? new ProcessStat(id, fields[0][0], parent, running, started) : null;
    }
}
