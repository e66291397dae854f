namespace Sa2VA.Media;

/// <summary>Runs ffprobe to its end and hands its lines over, one at a time.</summary>
internal static class Ffprobe
{
    /// <summary>Runs ffprobe on <paramref name="path"/>; returns its exit code and the tail of what it complained about.</summary>
    public static async Task<(int ExitCode, ErrorTail Errors)> RunAsync(
        string path, IEnumerable<string> what, Action<string> onLine, TimeSpan timeout, MediaLimits limits, CancellationToken cancellationToken)
    {
        var errors = new ErrorTail(limits.MaxErrorOutput);
        string[] arguments =
        [
            "-hide_banner", "-loglevel", "level+error", "-max_alloc", ToolArguments.Text(limits.MaxToolAllocation),
            "-threads", ToolArguments.Text(limits.ToolThreads), .. what, .. ToolArguments.Input(path, limits),
        ];

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        await using var process = ToolProcess.Start(MediaTools.Ffprobe, arguments, line =>
        {
            errors.Add(line);
            return ValueTask.CompletedTask;
        });
        await using var registration = patience.Token.Register(process.Kill);
        process.Input.Close();
        using var reader = new StreamReader(process.Output);
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            onLine(line);
        var exitCode = await process.WaitAsync(CancellationToken.None);

        cancellationToken.ThrowIfCancellationRequested();
        if (patience.IsCancellationRequested)
        {
            throw new MediaException(MediaErrorKind.Timeout,
                $"ffprobe did not finish reading '{path}' within {timeout.TotalSeconds:0} seconds. " +
                "The file may be damaged or on a slow disk; raise the probe time-outs of the media limits if it is just very long.");
        }

        return (exitCode, errors);
    }
}
