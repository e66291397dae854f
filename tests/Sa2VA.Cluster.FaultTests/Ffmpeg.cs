using System.Diagnostics;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Makes files out of files.</summary>
internal static class Ffmpeg
{
    public static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start("ffmpeg", ["-v", "error", .. arguments]);
        await process.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
