using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Sa2VA.Cluster.Local;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A real node in a process of its own, with what it says.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    // Longer than any grace period, also on a busy machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly Task _listening;
    private readonly List<string> _lines = [];
    private readonly Lock _gate = new();

    private NodeProcess(string name, Process process, ChannelWriter<NodeLine> heard)
    {
        (Name, _process) = (name, process);
        _listening = Task.WhenAll(ListenAsync(process.StandardOutput, heard), ListenAsync(process.StandardError, heard));
    }

    public string Name { get; }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    public bool IsAlive => !_process.HasExited;

    /// <summary>Everything that it said so far.</summary>
    public string Said
    {
        get
        {
            lock (_gate) return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts a node.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">File of its settings.</param>
    /// <param name="heard">Receives every line of its log.</param>
    /// <param name="prefix">A program with its arguments that runs it, as <c>ip netns exec</c> does.</param>
    public static NodeProcess Start(string name, string settings, ChannelWriter<NodeLine> heard, params ReadOnlySpan<string> prefix)
    {
        string[] command = [.. prefix, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "sa2va.dll"), "node", "--settings", settings, "--name", name, "--log", "json"];
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        return new NodeProcess(name, Process.Start(start)!, heard);
    }

    /// <summary>kill -9</summary>
    public async Task KillAsync()
    {
        if (IsAlive) _process.Kill(entireProcessTree: true);
        await EndAsync();
    }

    /// <summary>Asks it to drain; returns its exit code.</summary>
    public async Task<int> DrainAsync(CancellationToken cancellationToken)
    {
        Signal("TERM");
        return await EndedAsync(cancellationToken);
    }

    /// <summary>Waits for its end; returns its exit code.</summary>
    /// <exception cref="TimeoutException">It does not end.</exception>
    public async Task<int> EndedAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(s_patience, cancellationToken);
        await _listening;
        return _process.ExitCode;
    }

    /// <summary>Sends its child of that name a signal. The node must be frozen: then the child is still there, and waits for it.</summary>
    public void SignalChild(string program, string signal)
    {
        var children = ProcessStat.All().Where(one => one.ParentId == Id && one.IsAlive).ToList();
        Send(signal, Assert.Single(children, one => File.ReadAllText($"/proc/{one.Id}/comm").Trim() == program).Id);
    }

    /// <summary>Stops it in its tracks.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            Thaw();
            _process.Kill(entireProcessTree: true);
        }

        await EndAsync();
        _process.Dispose();
    }

    private async Task EndAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        await _listening;
    }

    private void Signal(string name) => Send(name, Id);

    private static void Send(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private async Task ListenAsync(StreamReader from, ChannelWriter<NodeLine> heard)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_gate) _lines.Add(line);
            if (NodeLine.Parse(Name, line) is { } parsed) await heard.WriteAsync(parsed);
        }
    }
}

/// <summary>A line of a node's log.</summary>
/// <param name="Node">Whose.</param>
/// <param name="EventId">What happened; see <c>NodeLog</c>.</param>
/// <param name="Video">Of which video; null when of none.</param>
/// <param name="Text">In words.</param>
internal sealed record NodeLine(string Node, int EventId, string? Video, string Text)
{
    public static NodeLine? Parse(string node, string line)
    {
        if (!line.StartsWith('{')) return null;
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var video = root.TryGetProperty("State", out var state) && state.TryGetProperty("Video", out var id) ? id.GetString() : null;
        return new NodeLine(node, root.GetProperty("EventId").GetInt32(), video, root.GetProperty("Message").GetString()!);
    }
}
