namespace Sa2VA.Cluster.Local;

/// <summary>
/// A node process on this machine (<c>sa2va node</c>), with its record and its log in the folder <c>nodes</c> beside the servers'. As with
/// the servers, the folder is the truth, and the node lives on when we end.
/// </summary>
public sealed class LocalNode
{
    // The event of NodeLog with which a node says that it takes work.
    private const string TakesWork = "[2001]";

    // It connects to three servers and puts their tables in order; models are loaded with the first video.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly string _folder;

    /// <summary>The node of that name; starts nothing.</summary>
    public LocalNode(string dataFolder, string name) => (Name, _folder) = (name, FolderIn(dataFolder));

    /// <summary>Its name among the nodes.</summary>
    public string Name { get; }

    /// <summary>What it has said since its last start; what it said before is in the same file with <c>.1</c>.</summary>
    public string LogFile => Path.Combine(_folder, Name + ".log");

    /// <summary>Null when it does not run.</summary>
    public int? ProcessId => Running?.Id;

    private string RecordFile => Path.Combine(_folder, Name + ".process");

    private DetachedProcess? Running => DetachedProcess.Find(RecordFile);

    /// <summary>Those of a folder that were started and not stopped since, by number: they run, or have ended by themselves.</summary>
    public static IReadOnlyList<LocalNode> Of(string dataFolder) => Directory.Exists(FolderIn(dataFolder))
        ? [.. Directory.EnumerateFiles(FolderIn(dataFolder), "*.process").Select(file => Path.GetFileNameWithoutExtension(file))
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).Select(name => new LocalNode(dataFolder, name))]
        : [];

    /// <summary>Starts it and waits until it takes work; one that runs already is left as it is. When this fails or is cancelled, it does not run.</summary>
    /// <param name="command">Program and arguments; the log must be in text, which is its default.</param>
    /// <param name="cancellationToken">Until it takes work.</param>
    /// <returns>Whether it was started by this call.</returns>
    /// <exception cref="LocalServerException">It does not come up.</exception>
    public async Task<bool> StartAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        if (Running is not null) return false;
        Directory.CreateDirectory(_folder);
        ProcessLog.Begin(LogFile);
        var process = DetachedProcess.Start(new LaunchOrder { Command = command, Folder = _folder, KeepsEnvironment = true }, RecordFile, LogFile);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartPatience);
        try
        {
            while (!HasSaid(TakesWork))
            {
                if (!process.IsAlive) throw new LocalServerException($"{Name} ended while it was starting. The end of '{LogFile}': {ProcessLog.End(LogFile)}");
                await Task.Delay(LookAgain, patience.Token);
            }

            return true;
        }
        catch (Exception failure)
        {
            await process.KillAsync(CancellationToken.None);
            if (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new LocalServerException($"{Name} takes no work after {StartPatience.TotalMinutes:0} minutes. The end of '{LogFile}': {ProcessLog.End(LogFile)}", failure);
            throw;
        }
    }

    /// <summary>Has it hand over what it works on and end, and waits for that; one that does not run is left alone. Cancelling only ends the waiting.</summary>
    /// <param name="patience">When it takes longer than this it is killed, which costs what was done since the last checkpoints.</param>
    /// <param name="cancellationToken">Until it has ended.</param>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var bySelf = true;
        if (Running is { } process)
        {
            process.Signal(Signals.Terminate);
            bySelf = await process.WaitOrKillAsync(patience, cancellationToken);
        }

        if (Directory.Exists(_folder)) File.Delete(RecordFile);
        return bySelf;
    }

    /// <summary>SIGKILL, as a crash of the machine would; returns when it has gone.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => Running?.KillAsync(cancellationToken) ?? Task.CompletedTask;

    private static string FolderIn(string dataFolder) => Path.Combine(Path.GetFullPath(dataFolder), "nodes");

    private bool HasSaid(string word) => File.Exists(LogFile) && File.ReadLines(LogFile).Any(line => line.Contains(word, StringComparison.Ordinal));
}
