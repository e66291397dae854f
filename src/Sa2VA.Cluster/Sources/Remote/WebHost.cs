using System.Globalization;
using System.Net;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>An entry of <see cref="SourceSettings.WebHosts"/>.</summary>
/// <param name="Name">Lower-case name or address; what comes after <c>*.</c> for a pattern, empty for <c>*</c>.</param>
/// <param name="Port">Null for the usual port of the scheme.</param>
/// <param name="IsPattern">Whether names below it are meant.</param>
internal sealed record WebHost(string Name, int? Port, bool IsPattern)
{
    /// <summary>Whether it is an address and not a name.</summary>
    public bool IsAddress => !IsPattern && IPAddress.TryParse(Name, out _);

    /// <exception cref="SettingsException">It is none of the allowed forms.</exception>
    public static WebHost Parse(string entry)
    {
        var (host, port) = (entry.Trim(), (int?)null);
        var (colon, bracket) = (host.LastIndexOf(':'), host.LastIndexOf(']'));
        if (colon > bracket)
        {
            // An IPv6 address without brackets has several colons and no port.
            if (bracket >= 0 || host.IndexOf(':', StringComparison.Ordinal) == colon)
            {
                if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 65535) throw Wrong(entry);
                (host, port) = (host[..colon], number);
            }
            else
            {
                host = $"[{host}]";
            }
        }

        if (host == "*") return new WebHost("", port, IsPattern: true);
        var isPattern = host.StartsWith("*.", StringComparison.Ordinal);
        var name = isPattern ? host[2..] : host;
        if (name.Length == 0 || name.Contains('*', StringComparison.Ordinal) || !Uri.TryCreate($"http://{name}/", UriKind.Absolute, out var uri)
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 || (isPattern && uri.HostNameType != UriHostNameType.Dns))
            throw Wrong(entry);
        return new WebHost(Plain(uri.IdnHost), port, isPattern);
    }

    /// <summary>Whether a request may go to a host.</summary>
    /// <param name="host">As in <see cref="Uri.IdnHost"/>.</param>
    /// <param name="port">Where to.</param>
    public bool Allows(string host, int port)
    {
        host = Plain(host);
        return (Port is { } own ? port == own : port is 80 or 443)
            && (IsPattern ? Name.Length == 0 || host.EndsWith("." + Name, StringComparison.Ordinal) : host == Name);
    }

    private static string Plain(string host) => host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();

    private static SettingsException Wrong(string entry)
        => new($"sources.webHosts has '{entry}'; expected a host (media.example.org), names below one (*.example.org), '*', or an address, each with :port unless it is 80 or 443.");
}
