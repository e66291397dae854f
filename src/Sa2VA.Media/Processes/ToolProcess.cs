using System.ComponentModel;
using System.Diagnostics;

namespace Sa2VA.Media;

/// <summary>
/// One child process of ffmpeg or ffprobe. Arguments are a list (no shell ever sees them), the environment is a short allow-list (so
/// that <c>FFREPORT</c> and friends have no effect), the error stream is always drained, and disposing kills whatever still runs.
/// </summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    private static readonly string[] KeptVariables = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "SystemRoot", "HOME"];
    private readonly Process _process;
    private readonly Task _errors;

    private ToolProcess(Process process, Func<string, ValueTask> onErrorLine)
    {
        _process = process;
        _errors = DrainAsync(process.StandardError, onErrorLine);
    }

    public int Id => _process.Id;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Input => _process.StandardInput.BaseStream;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a tool. <paramref name="onErrorLine"/> is called for every line of its error stream, one at a time.</summary>
    public static ToolProcess Start(string tool, IReadOnlyList<string> arguments, Func<string, ValueTask> onErrorLine)
    {
        var start = new ProcessStartInfo(tool)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var name in KeptVariables)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        start.Environment["LC_ALL"] = "C";
        try
        {
            return new ToolProcess(Process.Start(start)!, onErrorLine);
        }
        catch (Win32Exception e)
        {
            throw new MediaException(MediaErrorKind.ToolMissing, $"'{tool}' could not be started: {e.Message}.", innerException: e);
        }
    }

    /// <summary>Ends the process at once; harmless when it has ended.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself in the meantime.
        }
    }

    /// <summary>Waits for the process and for the end of its error stream. Cancelling kills it.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(Kill);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _errors;
        cancellationToken.ThrowIfCancellationRequested();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _errors;
        _process.Dispose();
    }

    private static async Task DrainAsync(StreamReader reader, Func<string, ValueTask> onLine)
    {
        // A hostile file can make a tool print lines without end; ReadLine is bounded by what ffmpeg formats at once (1 KiB a call).
        try
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            {
                if (line.Length > 0)
                    await onLine(line);
            }
        }
        catch (IOException)
        {
            // The pipe broke because the process was killed; what was read so far stands.
        }
    }
}
