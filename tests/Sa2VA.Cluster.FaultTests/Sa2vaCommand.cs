using System.Diagnostics;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>The program as a person has it.</summary>
internal static class Sa2vaCommand
{
    /// <summary>Runs <c>sa2va cluster</c>; returns what it prints, or what it complains of when that is what is expected.</summary>
    public static Task<string> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments) => RunPlainAsync(exitCode, cancellationToken, ["cluster", .. arguments]);

    /// <summary>Runs <c>sa2va</c>; returns what it prints, or what it complains of when that is what is expected.</summary>
    public static async Task<string> RunPlainAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "sa2va.dll"), .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == exitCode, $"{string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{await errors}");
        Assert.DoesNotContain("   at ", await errors, StringComparison.Ordinal);
        return exitCode == 0 ? output.TrimEnd() : await errors;
    }
}
