namespace Sa2VA.Cluster.FaultTests;

/// <summary>
/// Tests that strike at servers, or wait for long. They have servers of their own and run beside the others: what they do most is to wait.
/// </summary>
[CollectionDefinition(Name)]
public sealed class StruckServers : ICollectionFixture<TestServers>
{
    public const string Name = "struck servers";
}
