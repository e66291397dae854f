using Sa2VA.Cluster.Tests.Servers;

[assembly: AssemblyFixture(typeof(ServersFixture))]
