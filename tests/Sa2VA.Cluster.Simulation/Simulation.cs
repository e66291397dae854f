using Sa2VA.Cluster.Nodes;

namespace Sa2VA.Cluster.Simulation;

/// <summary>Nodes that only pretend to compute.</summary>
public static class Simulation
{
    /// <summary>The same services with a model that costs a fixed time; no file is fetched.</summary>
    public static NodeServices Simulating(this NodeServices services, SimulatedVideo video) => services with
    {
        Fetch = static (source, _) => Task.FromResult(new LocalVideo(source)),
        Worker = (sitting, actor, epoch) => new SimulatedWorker(video, sitting, actor, epoch),
    };
}
