using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>Progress on the reporting thread, so that a test can stop a run at an exact point.</summary>
internal sealed class Watcher(Action<RunProgress> seen) : IProgress<RunProgress>
{
    public void Report(RunProgress value) => seen(value);
}
