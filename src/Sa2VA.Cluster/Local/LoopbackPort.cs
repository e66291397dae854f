using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sa2VA.Cluster.Local;

/// <summary>TCP ports on the loopback interface for servers that keep theirs across restarts.</summary>
internal static class LoopbackPort
{
    // The default start of Linux' ephemeral range is 32768; 20000 is above nearly everything with a customary port.
    private const int First = 20_000;
    private const int Attempts = 200;
    private static readonly HashSet<int> HandedOut = [];
    private static readonly Lock Gate = new();

    /// <summary>
    /// A port that nobody listens on, below the range from which the system takes ports for outgoing connections. A server that is down
    /// for a moment would otherwise lose its port to one of those, or a client that keeps trying to reach it would at last connect to itself.
    /// </summary>
    /// <exception cref="LocalServerException">None is free.</exception>
    public static int Choose()
    {
        var end = EphemeralStart();
        for (var attempt = 0; attempt < Attempts && end > First; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, end);
            if (!IsFree(port)) continue;
            // Two servers that start at the same time would both find it free.
            lock (Gate)
            {
                if (HandedOut.Add(port)) return port;
            }
        }

        throw new LocalServerException(
            $"No free port was found between {First} and {end} on 127.0.0.1. /proc/sys/net/ipv4/ip_local_port_range should begin well above {First}.");
    }

    /// <summary>Whether a server could listen there now.</summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // As the servers do: connections that linger after the last run of the server are no obstacle.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int EphemeralStart()
    {
        const int linuxDefault = 32_768;
        const string file = "/proc/sys/net/ipv4/ip_local_port_range";
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Split('\t', ' ')[0], CultureInfo.InvariantCulture, out var start)
            ? Math.Min(start, linuxDefault) : linuxDefault;
    }
}
