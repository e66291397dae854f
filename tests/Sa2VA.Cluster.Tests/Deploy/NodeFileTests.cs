using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Deploy;

public sealed class NodeFileTests
{
    [Theory]
    [MemberData(nameof(NodeFile.All), MemberType = typeof(NodeFile))]
    public void Settings_that_are_shipped_are_settings_that_a_node_reads(string file)
    {
        using var folder = new TemporaryFolder();
        var text = File.ReadAllText(Repository.File(["deploy", .. file.Split('/')]));
        Assert.DoesNotContain("\"password\": \"", text, StringComparison.Ordinal);
        // The same with secrets that are on this machine.
        foreach (var secret in new[] { "postgres", "rabbitmq", "redis" }) File.WriteAllText(folder.File(secret), "secret of " + secret);
        text = text.Replace("/run/secrets/sa2va/", folder.FullPath + "/", StringComparison.Ordinal)
            .Replace("{ \"variable\": \"SA2VA_PASSWORD\" }", $$"""{ "file": "{{folder.File("postgres")}}" }""", StringComparison.Ordinal);
        File.WriteAllText(folder.File("node.json"), text);

        var settings = SettingsFile.Read<NodeSettings>(folder.File("node.json"));
        Assert.Equal("secret of postgres", settings.Servers.Postgres.Password!.Reveal());
        Assert.Equal(9464, settings.Telemetry.Port);
        settings.Telemetry.Check();
        Assert.NotEmpty(settings.Sources.Roots);
    }
}
