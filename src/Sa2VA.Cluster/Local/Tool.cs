using System.Diagnostics;

namespace Sa2VA.Cluster.Local;

/// <summary>Runs a program of a server's package to its end.</summary>
internal static class Tool
{
    private const int SaidCharacters = 2_000;

    /// <summary>Waits for success. Cancelling kills the program.</summary>
    /// <exception cref="LocalServerException">It ended with another code than 0; the message has the end of what it said.</exception>
    public static async Task RunAsync(LaunchOrder order, CancellationToken cancellationToken)
    {
        var (code, said) = await TryRunAsync(order, cancellationToken);
        if (code == 0) return;
        var end = said.Length > SaidCharacters ? said[^SaidCharacters..] : said;
        throw new LocalServerException($"{Path.GetFileName(order.Command[0])} ended with code {code}: {end}");
    }

    /// <summary>Its exit code, and what it wrote to both streams.</summary>
    public static async Task<(int Code, string Said)> TryRunAsync(LaunchOrder order, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(order.Command[0], order.Command.Skip(1))
        {
            WorkingDirectory = order.Folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        order.Furnish(start.Environment);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await using (cancellationToken.Register(() => process.Kill(entireProcessTree: true)))
            await process.WaitForExitAsync(CancellationToken.None);
        var said = string.Join('\n', (await errors).Trim(), (await output).Trim()).Trim();
        cancellationToken.ThrowIfCancellationRequested();
        return (process.ExitCode, said);
    }
}
