using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sa2VA.Cluster.Local;

/// <summary>
/// A process that lives on when we end, and that a later process of ours finds again by its record: a file with its line of
/// <c>/proc/PID/stat</c>, whose start time tells it from another process that got the same id since.
/// </summary>
internal sealed partial class DetachedProcess
{
    // A session of its own: neither Ctrl-C nor the end of the terminal reaches it. The process writes its own record before it becomes
    // the program, so there is no moment when it runs and is on no record.
    private const string Script = """
        umask 077
        cat "/proc/$$/stat" >"$1.new" && mv "$1.new" "$1" || exit 1
        log=$2
        shift 2
        exec "$@" </dev/null >>"$log" 2>&1
        """;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private readonly ProcessStat _stat;

    private DetachedProcess(ProcessStat stat) => _stat = stat;

    public int Id => _stat.Id;

    public bool IsAlive => ProcessStat.Read(Id) is { IsAlive: true } now && now.StartTime == _stat.StartTime;

    /// <summary>The process of that record, or null when it has none, or does not live any more.</summary>
    public static DetachedProcess? Find(string recordFile) =>
        ProcessStat.ReadFile(recordFile) is { } stat && new DetachedProcess(stat) is { IsAlive: true } process ? process : null;

    /// <summary>Starts a program whose both streams go to the end of a file.</summary>
    public static DetachedProcess Start(LaunchOrder order, string recordFile, string logFile)
    {
        File.Delete(recordFile);
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "sh", recordFile, logFile, .. order.Command]) { WorkingDirectory = order.Folder };
        order.Furnish(start.Environment);
        using var process = Process.Start(start)!;
        // setsid and sh replace themselves, so this is also the program's id. One that has ended already is reported by whoever waits for it.
        return new DetachedProcess(ProcessStat.Read(process.Id) ?? new ProcessStat(process.Id, 'X', ParentId: 0, Threads: 0, StartTime: 0));
    }

    /// <summary>Sends a signal of signal(7); nothing happens when the process has ended.</summary>
    /// <exception cref="LocalServerException">It belongs to somebody else.</exception>
    public void Signal(int signal)
    {
        if (!IsAlive) return;
        const int noSuchProcess = 3;
        if (SendSignal(Id, signal) != 0 && Marshal.GetLastPInvokeError() is not noSuchProcess and var error)
            throw new LocalServerException($"Process {Id} cannot be signalled (error {error}): it was started by another user. Use the account that started it, or root.");
    }

    /// <summary>Ends the process and its descendants at once, as a power cut would, and returns when none of them is left.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (!IsAlive) return;
        var family = Descendants().Prepend(this).ToList();
        foreach (var member in family) member.Signal(Signals.Kill);
        foreach (var member in family) await member.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for its end.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        // Only a parent is told of the end, and we may not be the one who started it.
        while (IsAlive) await Task.Delay(LookAgain, cancellationToken);
    }

    /// <summary>Waits for its end, and kills it when that takes too long.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> WaitOrKillAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(patience);
        try
        {
            await WaitAsync(timer.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await KillAsync(cancellationToken);
            return false;
        }
    }

    private List<DetachedProcess> Descendants()
    {
        var children = ProcessStat.All().ToLookup(stat => stat.ParentId);
        var found = new List<DetachedProcess>();
        var next = new Queue<int>([Id]);
        while (next.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(new DetachedProcess(child));
                next.Enqueue(child.Id);
            }
        }

        return found;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}

/// <summary>Numbers of signal(7), as on every architecture that Debian supports for .NET.</summary>
internal static class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
}
