using System.Diagnostics;
using System.Globalization;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Makes a clip longer by showing it several times.</summary>
internal static class LongerClip
{
    /// <summary>Writes the clip so many times, one after the other, without encoding it again.</summary>
    public static async Task WriteAsync(string clip, int times, string file)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo(
            "ffmpeg", ["-v", "error", "-y", "-stream_loop", (times - 1).ToString(CultureInfo.InvariantCulture), "-i", clip, "-c", "copy", file]) { UseShellExecute = false })!;
        await ffmpeg.WaitForExitAsync();
        if (ffmpeg.ExitCode != 0) throw new InvalidOperationException($"ffmpeg could not repeat '{clip}'.");
    }
}
