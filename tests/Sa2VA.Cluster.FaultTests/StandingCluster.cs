namespace Sa2VA.Cluster.FaultTests;

/// <summary>Two nodes that stay for all tests of a class, one after the other: what one test does to them the next one finds.</summary>
public sealed class StandingCluster : IAsyncDisposable
{
    private const int Nodes = 2;

    private TestCluster? _cluster;

    /// <summary>The cluster; the first to ask waits until its nodes take work, as without servers they would not.</summary>
    internal async Task<TestCluster> OnAsync(TestServers servers, CancellationToken cancellationToken)
    {
        if (_cluster is null)
        {
            _cluster = await TestCluster.StartAsync(servers, cancellationToken);
            for (var i = 0; i < Nodes; i++) _cluster.StartNode();
            for (var i = 0; i < Nodes; i++) await _cluster.HearAsync(line => line.EventId == NodeEvents.Started, cancellationToken);
        }

        return _cluster;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? default;
}
