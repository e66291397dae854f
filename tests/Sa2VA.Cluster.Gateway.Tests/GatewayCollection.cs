namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>One gateway for all tests that speak to one.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<GatewayFixture>
{
    public const string Name = "gateway";
}
