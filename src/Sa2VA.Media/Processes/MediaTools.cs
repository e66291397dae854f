namespace Sa2VA.Media;

/// <summary>
/// Where ffmpeg and ffprobe (5.1 or newer) are: the environment variables <c>SA2VA_FFMPEG</c> and <c>SA2VA_FFPROBE</c> when set, else
/// the first of that name on <c>PATH</c>.
/// </summary>
public static class MediaTools
{
    /// <summary>Full path of ffmpeg.</summary>
    /// <exception cref="MediaException">It is not installed.</exception>
    public static string Ffmpeg => Find("ffmpeg", "SA2VA_FFMPEG");

    /// <summary>Full path of ffprobe.</summary>
    /// <exception cref="MediaException">It is not installed.</exception>
    public static string Ffprobe => Find("ffprobe", "SA2VA_FFPROBE");

    internal static string Find(string name, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return File.Exists(given)
                ? Path.GetFullPath(given)
                : throw new MediaException(MediaErrorKind.ToolMissing, $"{variable} names '{given}', and there is no such program.");
        }

        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(folder, file);
            if (File.Exists(candidate))
                return candidate;
        }

        throw new MediaException(MediaErrorKind.ToolMissing,
            $"{name} was not found on PATH. Install ffmpeg 5.1 or newer (Debian, Ubuntu: apt-get install ffmpeg), or name it with {variable}.");
    }
}
