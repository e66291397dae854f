using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>
/// A network of a node's own: a Linux network namespace, tied to this machine by one virtual cable that can be cut. It lasts as long as the
/// program that holds it, which ends with the tests, however they end.
/// </summary>
internal sealed class NodeNetwork : IAsyncDisposable
{
    private readonly Process _holder;
    private readonly string _cable;

    private NodeNetwork(Process holder, string cable, IPAddress outside)
    {
        (_holder, _cable, Outside) = (holder, cable, outside);
    }

    /// <summary>This machine's end of the cable: where the servers must listen.</summary>
    public IPAddress Outside { get; }

    /// <summary>Runs a program inside.</summary>
    public string[] Prefix => ["nsenter", "--target", Id(_holder), "--net"];

    /// <summary>Lays the cable; skips the test, with the reason, where this machine does not let us.</summary>
    public static async Task<NodeNetwork> CreateOrSkipAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A network namespace takes root.");
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", "echo made; exec cat"])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var cable = $"sa2va{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            if (await holder.StandardOutput.ReadLineAsync(cancellationToken) != "made")
                throw new InvalidOperationException($"unshare: {(await holder.StandardError.ReadToEndAsync(cancellationToken)).Trim()}");

            // 198.18.0.0/15 is for tests of networks (RFC 2544), so that nothing real is hidden by it.
            var net = $"198.{18 + RandomNumberGenerator.GetInt32(2)}.{RandomNumberGenerator.GetInt32(256)}.{4 * RandomNumberGenerator.GetInt32(64)}";
            var (outside, inside) = (Next(net, 1), Next(net, 2));
            await RunAsync(["ip", "link", "add", cable, "type", "veth", "peer", "name", "inside", "netns", Id(holder)], cancellationToken);
            await RunAsync(["ip", "address", "add", $"{outside}/30", "dev", cable], cancellationToken);
            await RunAsync(["ip", "link", "set", cable, "up"], cancellationToken);
            var network = new NodeNetwork(holder, cable, outside);
            await RunAsync([.. network.Prefix, "ip", "address", "add", $"{inside}/30", "dev", "inside"], cancellationToken);
            await RunAsync([.. network.Prefix, "ip", "link", "set", "inside", "up"], cancellationToken);
            await RunAsync([.. network.Prefix, "ip", "link", "set", "lo", "up"], cancellationToken);
            return network;
        }
        catch (Exception refused) when (refused is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await EndAsync(holder);
            Assert.Skip($"This machine makes no network namespaces: {refused.Message} 'scripts/setup.sh --servers' installs what it takes.");
            throw;
        }
    }

    /// <summary>Nothing goes through any more, and nobody is told: what is sent is lost.</summary>
    public Task CutAsync(CancellationToken cancellationToken) => RunAsync(["ip", "link", "set", _cable, "down"], cancellationToken);

    /// <summary>Everything goes through again.</summary>
    public Task MendAsync(CancellationToken cancellationToken) => RunAsync(["ip", "link", "set", _cable, "up"], cancellationToken);

    public async ValueTask DisposeAsync() => await EndAsync(_holder);

    private static async Task EndAsync(Process holder)
    {
        holder.StandardInput.Close();
        await holder.WaitForExitAsync();
        holder.Dispose();
    }

    private static IPAddress Next(string net, byte host)
    {
        var bytes = IPAddress.Parse(net).GetAddressBytes();
        bytes[3] += host;
        return new IPAddress(bytes);
    }

    private static string Id(Process process) => process.Id.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    private static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)}: {said.Trim()}");
    }
}
