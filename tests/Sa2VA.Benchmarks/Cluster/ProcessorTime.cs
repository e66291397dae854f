using System.Globalization;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Processor time of processes, as the kernel counts it (Linux).</summary>
internal static class ProcessorTime
{
    // USER_HZ, which is 100 on every architecture that Debian runs on.
    private const double TicksPerSecond = 100;

    // Places in /proc/PID/stat behind the name: state ppid … utime stime cutime cstime.
    private const int Parent = 1;
    private const int User = 11;
    private const int DeadChildrenSystem = 14;

    /// <summary>Seconds of a process and all that it has started, the dead ones included.</summary>
    public static double OfTree(int processId)
    {
        var all = new Dictionary<int, string[]>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Read(id) is { } fields) all[id] = fields;
        }

        return all.Keys.Where(id => IsBelow(id, processId, all)).Sum(id => all[id][User..(DeadChildrenSystem + 1)].Sum(Ticks)) / TicksPerSecond;
    }

    private static bool IsBelow(int id, int root, Dictionary<int, string[]> all)
    {
        for (var at = id; all.TryGetValue(at, out var fields); at = int.Parse(fields[Parent], CultureInfo.InvariantCulture))
        {
            if (at == root) return true;
        }

        return false;
    }

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);

    private static string[]? Read(int id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended
        }
    }
}
