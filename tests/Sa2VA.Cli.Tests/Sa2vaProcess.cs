using System.Diagnostics;
using System.Text.Json;

namespace Sa2VA.Cli.Tests;

/// <summary>The real program as a child process, with what it wrote and how it ended.</summary>
internal sealed record Sa2vaProcess(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of the standard output as JSON.</summary>
    public IReadOnlyList<JsonElement> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs to the end. <paramref name="onLine"/> sees every line of the standard output and may signal the process.</summary>
    public static Task<Sa2vaProcess> RunAsync(string folder, Action<string, Process>? onLine, params string[] arguments) => RunAsync(folder, onLine, onStart: null, arguments);

    /// <summary>The same for a program that is typed to: <paramref name="onStart"/> sees it when it has started.</summary>
    public static async Task<Sa2vaProcess> RunAsync(string folder, Action<string, Process>? onLine, Action<Process>? onStart, params string[] arguments)
    {
        // Whoever runs the tests in the background has them ignore Ctrl-C, and children would inherit that.
        string[] command = OperatingSystem.IsWindows() ? ["dotnet", "exec"] : ["env", "--default-signal=INT", "dotnet", "exec"];
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])[.. command[1..], Path.Combine(AppContext.BaseDirectory, "sa2va.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        // Whoever runs the tests may have a gateway of their own.
        foreach (var variable in (string[])["SA2VA_MODEL", "SA2VA_SERVER", "SA2VA_KEY"]) start.Environment.Remove(variable);
        start.Environment["SA2VA_CONFIG"] = Path.Combine(folder, "config");
        start.Environment.Remove("SA2VA_DEBUG");
        using var process = Process.Start(start)!;
        onStart?.Invoke(process);
        var token = TestContext.Current.CancellationToken;
        await using var registration = token.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(token);
        var output = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(token) is { } line)
        {
            output.Add(line);
            onLine?.Invoke(line, process);
        }

        await process.WaitForExitAsync(token);
        var result = new Sa2vaProcess(process.ExitCode, string.Join('\n', output), await errors);
        TestContext.Current.TestOutputHelper?.WriteLine($"sa2va {string.Join(' ', arguments)}\n{result.Output}\n{result.Errors}exit code {result.ExitCode}");
        return result;
    }

    public static Task<Sa2vaProcess> RunAsync(string folder, params string[] arguments) => RunAsync(folder, null, arguments);

    /// <summary>A person's mistake gets this exit code, a sentence with these words, and no stack trace.</summary>
    public void IsRefused(int exitCode, params ReadOnlySpan<string> words)
    {
        Assert.True(ExitCode == exitCode, $"Expected exit code {exitCode}, not {ExitCode}: {Errors}");
        foreach (var word in words)
            Assert.Contains(word, Errors, StringComparison.Ordinal);
        Assert.Contains(Errors.Split('\n'), line => line.StartsWith("sa2va: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Output, StringComparison.Ordinal);
    }
}
