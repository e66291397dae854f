namespace Sa2VA.Cluster.Sources.Files;

/// <summary>Where a path leads once every link in it is followed, not only the last one.</summary>
internal static class RealPath
{
    // As many as Linux follows before it says ELOOP.
    private const int MaxLinks = 40;

    /// <summary>A full path without links and without <c>.</c> and <c>..</c>, as the system would walk it. What does not exist is kept as it is written.</summary>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public static string Of(string path)
    {
        var pending = new Stack<string>(Parts(path));
        var real = "/";
        for (var links = 0; pending.TryPop(out var part);)
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks) throw new IOException($"'{path}' goes through more than {MaxLinks} links.");
            // ".." of a target counts from where the link really lies, so it is not folded away beforehand.
            if (Path.IsPathRooted(target)) real = "/";
            foreach (var step in Parts(target)) pending.Push(step);
        }

        return real;
    }

    /// <summary>Whether a real path is a real folder or lies in it.</summary>
    public static bool IsInside(string path, string folder)
        => path == folder || path.StartsWith(folder == "/" ? folder : folder + "/", StringComparison.Ordinal);

    /// <summary>Steps of a path, the last one first, so that they can be pushed on a stack in this order.</summary>
    private static IEnumerable<string> Parts(string path)
        => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();
}
