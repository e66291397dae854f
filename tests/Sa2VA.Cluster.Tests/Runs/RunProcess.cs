using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>A child process that runs one request, to be killed.</summary>
internal sealed class RunProcess : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly Process _process;

    private RunProcess(Process process) => _process = process;

    public static RunProcess Start(RunRequest request, string requestFile)
    {
        File.WriteAllBytes(requestFile, JsonSerializer.SerializeToUtf8Bytes(request, Json));
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Sa2VA.RunHost.dll"));
        start.ArgumentList.Add(requestFile);
        return new RunProcess(Process.Start(start)!);
    }

    /// <summary>Lets it run to its end, or kills it (SIGKILL) after a time; returns what it printed, and whether it ended by itself.</summary>
    public async Task<(string Output, bool Ended)> RunAsync(TimeSpan? killAfter, CancellationToken cancellationToken)
    {
        var output = _process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = _process.StandardError.ReadToEndAsync(cancellationToken);
        var ended = _process.WaitForExitAsync(cancellationToken);
        if (killAfter is { } moment && await Task.WhenAny(ended, Task.Delay(moment, cancellationToken)) != ended)
        {
            _process.Kill();
            await ended;
            return (await output, false);
        }

        await ended;
        Assert.True(_process.ExitCode == 0, $"The run ended with {_process.ExitCode}: {await output}{await errors}");
        return (await output, true);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
