namespace Sa2VA.Dashboard.Tests;

/// <summary>One cluster, gateway and browser for all tests.</summary>
[CollectionDefinition(Name)]
public sealed class DashboardCollection : ICollectionFixture<DashboardFixture>
{
    public const string Name = "dashboard";
}
