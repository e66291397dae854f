using System.Globalization;
using System.Net;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>
/// Three real servers. They start when they are first needed and stay for one test after the other, each of which finds empty spaces; what a
/// test has killed is started again for the next. Their folder and every process are gone afterwards.
/// </summary>
public sealed class TestServers : IAsyncDisposable
{
    // Made at once, as every call of RabbitMQ's tool takes long; not more, as each costs a start of the broker some time.
    private const int HostsAtOnce = 8;

    private readonly TemporaryServerFolder _folder = new();
    private readonly Queue<ServerEndpoint> _hosts = [];
    private int _spaces;

    /// <summary>Names them; none is started yet.</summary>
    public TestServers() => Servers = new LocalServers(_folder.FullPath);

    private TestServers(IReadOnlyList<IPAddress> moreAddresses) => Servers = new LocalServers(_folder.FullPath, moreAddresses);

    /// <summary>To strike at.</summary>
    public LocalServers Servers { get; }

    /// <summary>Those that listen on these addresses too.</summary>
    public static TestServers ListeningOn(IReadOnlyList<IPAddress> moreAddresses) => new(moreAddresses);

    /// <summary>Parts of them that nobody has used.</summary>
    public async Task<ClusterEndpoints> NewSpaceAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Servers.All.Select(server => server.StartAsync(cancellationToken)));
        var number = (++_spaces).ToString(CultureInfo.InvariantCulture);
        var postgres = Servers.Postgres.CreateSpaceAsync($"test_{number}", cancellationToken);
        if (_hosts.Count == 0)
        {
            var names = Enumerable.Range(_spaces, HostsAtOnce).Select(host => $"test_{host.ToString(CultureInfo.InvariantCulture)}").ToList();
            foreach (var host in await Servers.RabbitMq.CreateSpacesAsync(names, cancellationToken)) _hosts.Enqueue(host);
        }

        return new ClusterEndpoints(await postgres, _hosts.Dequeue(), await Servers.Redis.CreateSpaceAsync(number, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _folder.DisposeAsync();
}
