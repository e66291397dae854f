using System.Net;
using System.Net.Sockets;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>
/// Decides where requests for videos may go. The host is checked before each request, redirects included; the address when the
/// connection is made, and it is the checked address that is connected to, so that a name cannot change in between.
/// </summary>
internal sealed class WebGate(SourceSettings settings)
{
    private readonly IReadOnlyList<WebHost> _hosts = [.. settings.WebHosts.Select(WebHost.Parse)];

    /// <exception cref="SourceException">The host is not listed.</exception>
    public void Check(Uri uri, string shown)
    {
        if (uri.Scheme is not ("http" or "https")) throw Refused($"'{shown}' leads to a '{uri.Scheme}' address; only http and https are followed.");
        if (!_hosts.Any(host => host.Allows(uri.IdnHost, uri.Port)))
        {
            var (name, port) = (uri.Host, uri.IsDefaultPort ? "" : $":{uri.Port}");
            throw Refused($"'{shown}': videos are not fetched from '{name}{port}'. If they should be, add '{name}{port}' to sources.webHosts.");
        }
    }

    /// <summary>Opens a connection to an address of the host that is allowed. For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="SourceException">None of its addresses is.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(address => IsAllowed(address, host, port)).ToArray();
        if (allowed.Length == 0)
        {
            throw Refused(
                $"'{host}' is at {string.Join(", ", addresses.Select(a => a.ToString()))}, inside a private network, and only a pattern of sources.webHosts allows it. " +
                $"If videos should be fetched from there, add '{host}{(port is 80 or 443 ? "" : $":{port}")}' itself; an address for machines' credentials must be listed as an address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address, string host, int port)
    {
        if (AddressRules.IsPublic(address)) return true;
        var exact = _hosts.Where(entry => !entry.IsPattern && entry.Allows(host, port));
        return exact.Any(entry => entry.IsAddress || !AddressRules.IsLinkLocal(address));
    }

    private static SourceException Refused(string message) => new(SourceErrorKind.NotAllowed, message);
}
