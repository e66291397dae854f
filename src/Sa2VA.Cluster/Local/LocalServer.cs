using System.Globalization;
using System.Net;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Local;

/// <summary>
/// A server of Debian's packages on a loopback port, with its data in a folder of its own. The folder is the truth: port, password and
/// process are read from it, so that any object on the same folder, in this process or a later one, speaks of the same server.
/// The server lives on when we end, keeps its port and password for ever, and may be started again after a stop, a kill or a power cut.
/// </summary>
public abstract class LocalServer
{
    /// <summary>How long a server may take until it answers. Generous: all three may start at once on two busy cores.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);

    /// <summary>How long a server may take to put its data in order when it is asked to stop; then it is killed, which loses nothing that it has confirmed.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>The user and the space that every server has from the start.</summary>
    private protected const string OwnName = "sa2va";

    private const string PortName = "port";

    private protected LocalServer(string name, string dataFolder)
    {
        Name = name;
        Folder = Path.GetFullPath(Path.Combine(dataFolder, name));
    }

    /// <summary>One lower-case word, also the name of its folder.</summary>
    public string Name { get; }

    /// <summary>Everything that it keeps.</summary>
    public string Folder { get; }

    /// <summary>What it has said since its last start; what it said before is in the same file with <c>.1</c>.</summary>
    public string LogFile => Path.Combine(Folder, "server.log");

    /// <summary>Its password, mode 600.</summary>
    public string PasswordFile => Path.Combine(Folder, "password");

    /// <summary>
    /// Addresses of this machine on which it listens as well, from its next start on, for programs in networks of their own. Default none:
    /// nobody but this machine can reach it.
    /// </summary>
    public IReadOnlyList<IPAddress> MoreAddresses { get; init; } = [];

    /// <summary>Whether it was ever started.</summary>
    public bool Exists => File.Exists(Path.Combine(Folder, PortName));

    /// <summary>Null when it does not run.</summary>
    public int? ProcessId => Running?.Id;

    /// <summary>Where it is and how to enter, running or not.</summary>
    /// <exception cref="LocalServerException">It has never been started.</exception>
    public ServerEndpoint Endpoint => new()
    {
        Host = "127.0.0.1", Port = ReadPort(PortName) ?? throw new LocalServerException($"There is no {Name} in '{Folder}' yet: it has to be started first."),
        User = User, Password = Secret.FromFile(PasswordFile), Space = OwnSpace,
    };

    /// <summary>All addresses that it listens on.</summary>
    private protected IEnumerable<IPAddress> Addresses => MoreAddresses.Prepend(IPAddress.Loopback);

    private protected virtual string? User => OwnName;

    private protected virtual string OwnSpace => OwnName;

    private DetachedProcess? Running => DetachedProcess.Find(RecordFile);

    private string RecordFile => Path.Combine(Folder, "server.process");

    /// <summary>Starts it and waits until it answers; one that runs already is left as it is. When this fails or is cancelled, nothing is left running.</summary>
    /// <returns>Whether it was started by this call.</returns>
    /// <exception cref="LocalServerException">It is not installed, its port is taken, or it does not come up.</exception>
    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux()) throw new LocalServerException($"A local {Name} can be started on Linux only. Point the settings at a server elsewhere.");
        RequirePrograms();
        PassageFolder.Create(Path.GetDirectoryName(Folder)!);
        PassageFolder.Create(Folder);
        using var alone = FolderLock.Take(Folder, Name);
        var process = Running;
        if (process is not null)
        {
            await WaitUntilReadyAsync(process, cancellationToken);
            return false;
        }

        EnsureAccess();
        if (Endpoint.Port is var port && !LoopbackPort.IsFree(port))
        {
            throw new LocalServerException(
                $"Port {port} of the {Name} in '{Folder}' is taken by another program. Stop that program, or delete '{Path.Combine(Folder, PortName)}' to have another port chosen.");
        }

        try
        {
            await PrepareAsync(cancellationToken);
            ProcessLog.Begin(LogFile);
            process = DetachedProcess.Start(Order(), RecordFile, LogFile);
            await WaitUntilReadyAsync(process, cancellationToken);
            await CompleteAsync(cancellationToken);
            return true;
        }
        catch
        {
            if (process is not null) await process.KillAsync(CancellationToken.None);
            await AfterStopAsync();
            throw;
        }
    }

    /// <summary>Asks it to put its data in order and end, and waits for that; one that does not run is left alone. Cancelling only ends the waiting.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Folder)) return;
        using var alone = FolderLock.Take(Folder, Name);
        if (Running is { } process)
        {
            process.Signal(StopSignal);
            await process.WaitOrKillAsync(StopPatience, cancellationToken);
        }

        await AfterStopAsync();
    }

    /// <summary>SIGKILL to the server and all its processes, as a crash of the machine would; returns when none is left.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => Running?.KillAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Makes a part of the running server that nobody uses yet.</summary>
    /// <param name="name">Lower-case letters, digits and '_'.</param>
    public abstract Task<ServerEndpoint> CreateSpaceAsync(string name, CancellationToken cancellationToken);

    /// <summary>Throws when a program is missing.</summary>
    private protected abstract void RequirePrograms();

    /// <summary>Writes what the server needs before it starts. Called before every start; the data of the last one is there.</summary>
    private protected abstract Task PrepareAsync(CancellationToken cancellationToken);

    private protected abstract LaunchOrder Order();

    /// <summary>Whether it serves a client that knows the password; false while it is not ready.</summary>
    private protected abstract Task<bool> AnswersAsync(CancellationToken cancellationToken);

    /// <summary>What is still to be done once it answers.</summary>
    private protected virtual Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends what was started beside it.</summary>
    private protected virtual Task AfterStopAsync() => Task.CompletedTask;

    private protected virtual int StopSignal => Signals.Terminate;

    /// <summary>A port of this server that is chosen once.</summary>
    private protected int EnsurePort(string name)
    {
        if (ReadPort(name) is { } known) return known;
        var port = LoopbackPort.Choose();
        OwnerFile.Write(Path.Combine(Folder, name), port.ToString(CultureInfo.InvariantCulture) + "\n");
        return port;
    }

    private int? ReadPort(string name)
    {
        var file = Path.Combine(Folder, name);
        if (!File.Exists(file)) return null;
        return int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port : throw new LocalServerException($"'{file}' should hold the number of a port. Delete it to have one chosen.");
    }

    private void EnsureAccess()
    {
        // The password comes first: the data that is made next knows it, and is lost without it.
        if (!File.Exists(PasswordFile))
        {
            if (HasData)
                throw new LocalServerException($"'{PasswordFile}' is missing, and the data beside it cannot be opened without. Put it back, or delete '{Folder}' to begin anew.");
            OwnerFile.Write(PasswordFile, OwnerFile.NewPassword() + "\n");
        }

        EnsurePort(PortName);
    }

    /// <summary>Whether there is data that knows the password.</summary>
    private protected abstract bool HasData { get; }

    private async Task WaitUntilReadyAsync(DetachedProcess process, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartPatience);
        try
        {
            while (!await AnswersAsync(patience.Token))
            {
                if (!process.IsAlive) throw new LocalServerException($"The {Name} in '{Folder}' ended while it was starting. The end of '{LogFile}': {ProcessLog.End(LogFile)}");
                await Task.Delay(AskAgain, patience.Token);
            }
        }
        catch (OperationCanceledException expired) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LocalServerException(
                $"The {Name} in '{Folder}' does not answer on port {Endpoint.Port} after {StartPatience.TotalMinutes:0} minutes. The end of '{LogFile}': {ProcessLog.End(LogFile)}", expired);
        }
    }
}
