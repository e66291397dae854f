using System.Net;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Local;

/// <summary>The three servers of a cluster on this machine, in one folder.</summary>
public sealed class LocalServers
{
    /// <summary>Those of that folder; starts nothing.</summary>
    /// <param name="dataFolder">Their folder.</param>
    /// <param name="moreAddresses">See <see cref="LocalServer.MoreAddresses"/>; none by default.</param>
    public LocalServers(string dataFolder, IReadOnlyList<IPAddress>? moreAddresses = null)
    {
        var more = moreAddresses ?? [];
        Postgres = new(dataFolder) { MoreAddresses = more };
        RabbitMq = new(dataFolder) { MoreAddresses = more };
        Redis = new(dataFolder) { MoreAddresses = more };
    }

    public LocalPostgres Postgres { get; }

    public LocalRabbitMq RabbitMq { get; }

    public LocalRedis Redis { get; }

    /// <summary>In the order in which a person looks at them.</summary>
    public IReadOnlyList<LocalServer> All => [Postgres, RabbitMq, Redis];

    /// <summary>Where they are.</summary>
    /// <exception cref="LocalServerException">They have never been started.</exception>
    public ClusterEndpoints Endpoints => new(Postgres.Endpoint, RabbitMq.Endpoint, Redis.Endpoint);

    /// <summary>Starts those that do not run, all at the same time, and waits until they answer. When one fails, those started here are stopped again.</summary>
    /// <exception cref="LocalServerException">A server cannot be started.</exception>
    public static Task<LocalServers> StartAsync(string dataFolder, CancellationToken cancellationToken) => StartAsync(dataFolder, moreAddresses: null, cancellationToken);

    /// <inheritdoc cref="StartAsync(string, CancellationToken)"/>
    public static async Task<LocalServers> StartAsync(string dataFolder, IReadOnlyList<IPAddress>? moreAddresses, CancellationToken cancellationToken)
    {
        var servers = new LocalServers(dataFolder, moreAddresses);
        var starts = servers.All.ToDictionary(server => server, server => server.StartAsync(cancellationToken));
        try
        {
            await Task.WhenAll(starts.Values);
        }
        catch
        {
            var started = starts.Where(start => start.Value is { IsCompletedSuccessfully: true, Result: true }).Select(start => start.Key);
            await Task.WhenAll(started.Select(server => server.StopAsync(CancellationToken.None)));
            throw;
        }

        return servers;
    }

    /// <summary>Stops those that run, all at the same time, and waits until they have ended.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(All.Select(server => server.StopAsync(cancellationToken)));
}
