using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Tests.Progress;

public sealed class InMemoryProgressLogTests : ProgressLogConformance
{
    protected override IProgressLog Log { get; } = new InMemoryProgressLog(eventsPerJob: 50);
}
