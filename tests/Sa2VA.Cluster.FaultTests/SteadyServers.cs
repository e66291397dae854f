namespace Sa2VA.Cluster.FaultTests;

/// <summary>Tests that leave the servers alone. They share three of them and run one after the other, each with spaces of its own.</summary>
[CollectionDefinition(Name)]
public sealed class SteadyServers : ICollectionFixture<TestServers>
{
    public const string Name = "steady servers";
}
