using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Transport;

public sealed class InProcessTransportTests : TransportConformance, IAsyncDisposable
{
    protected override ITransport Transport { get; } = new InProcessTransport(capacity: 4, maxAttempts: 3);

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
