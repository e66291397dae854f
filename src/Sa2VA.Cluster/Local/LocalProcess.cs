namespace Sa2VA.Cluster.Local;

/// <summary>
/// A process of ours on this machine, with its record and its log in a folder beside the servers'. As with the servers, the folder is the
/// truth, and the process lives on when we end.
/// </summary>
public abstract class LocalProcess
{
    /// <summary>How records end.</summary>
    private protected const string RecordEnding = ".process";

    // It connects to three servers and puts their tables in order.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly string _folder;
    private readonly string _ready;

    /// <param name="folder">Of its record and its log.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="ready">What its log says when it is at work.</param>
    private protected LocalProcess(string folder, string name, string ready) => (_folder, Name, _ready) = (folder, name, ready);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it has said since its last start; what it said before is in the same file with <c>.1</c>.</summary>
    public string LogFile => Path.Combine(_folder, Name + ".log");

    /// <summary>Null when it does not run.</summary>
    public int? ProcessId => Running?.Id;

    private string RecordFile => Path.Combine(_folder, Name + RecordEnding);

    private DetachedProcess? Running => DetachedProcess.Find(RecordFile);

    /// <summary>It was started and not stopped since: it runs, or has ended by itself.</summary>
    public bool Exists => File.Exists(RecordFile);

    /// <summary>Starts it and waits until it is at work; one that runs already is left as it is. When this fails or is cancelled, it does not run.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="cancellationToken">Until it is at work.</param>
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
            while (!HasSaid(_ready))
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
                throw new LocalServerException($"{Name} is not at work after {StartPatience.TotalMinutes:0} minutes. The end of '{LogFile}': {ProcessLog.End(LogFile)}", failure);
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

    private bool HasSaid(string word) => File.Exists(LogFile) && File.ReadLines(LogFile).Any(line => line.Contains(word, StringComparison.Ordinal));
}
