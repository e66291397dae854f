namespace Sa2VA.Cluster.FaultTests;

/// <summary>Tests share the clips and the runs without faults, and run one after the other: each has a cluster of its own.</summary>
[CollectionDefinition(Name)]
public sealed class ArchiveCollection : ICollectionFixture<Archive>
{
    public const string Name = "archive";
}
