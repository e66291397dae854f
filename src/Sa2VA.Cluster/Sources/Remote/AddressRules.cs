using System.Net;
using System.Net.Sockets;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>Which addresses are of the public internet. What is not known to be is not.</summary>
internal static class AddressRules
{
    // RFC 6890 and its registry: this network, private, shared, loopback, link-local, protocol assignments, documentation, benchmarks, multicast, reserved.
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Of IPv6's public range: protocol assignments with Teredo, documentation, 6to4, which carries an IPv4 address inside.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork LinkLocal = IPNetwork.Parse("169.254.0.0/16");

    /// <summary>Whether an address is public.</summary>
    public static bool IsPublic(IPAddress address)
    {
        address = Plain(address);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address)) return false;
        return !Array.Exists(NotPublic, network => network.Contains(address));
    }

    /// <summary>Whether an address is one of those where clouds keep the credentials of their machines.</summary>
    public static bool IsLinkLocal(IPAddress address)
    {
        address = Plain(address);
        return address.IsIPv6LinkLocal || LinkLocal.Contains(address);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
