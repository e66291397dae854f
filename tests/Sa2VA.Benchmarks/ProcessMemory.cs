using System.Globalization;

namespace Sa2VA.Benchmarks;

/// <summary>What the kernel says about this process (Linux).</summary>
internal static class ProcessMemory
{
    /// <summary>Most resident memory so far.</summary>
    public static long PeakMebibytes() => Status("VmHWM:") / 1024;

    /// <summary>Resident memory now.</summary>
    public static long ResidentMebibytes() => Status("VmRSS:") / 1024;

    // A line such as "VmRSS:   123456 kB".
    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
    }
}
