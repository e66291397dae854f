using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;
using Sa2VA.Testing;

namespace Sa2VA.Cluster.Tests.Nodes;

public sealed class NodeSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_file_says_all_and_its_secrets_come_from_elsewhere()
    {
        File.WriteAllText(_folder.File("password"), "hush\n");
        var settings = SettingsFile.Read<NodeSettings>(Write(Text()));
        NodeSettingsRules.Check(settings);
        Assert.Equal("hush", settings.Servers.Postgres.Password!.Reveal());
        Assert.Equal("sa2va@db:5432/sa2va", settings.Servers.Postgres.ToString());
        Assert.DoesNotContain("hush", settings.ToString(), StringComparison.Ordinal);
        Assert.Equal([NodeRole.Tracker], settings.Roles);
        Assert.Equal(TimeSpan.FromMinutes(2), settings.Slice);
        Assert.Equal((2, 4096L), (settings.Devices[0].Slots, settings.Devices[0].MemoryMiB!.Value));
    }

    [Theory]
    [InlineData("\"name\": \"gpu-1\"", "\"name\": \"gpu 1\"", "name is 'gpu 1'")]
    [InlineData("\"tracker\"", "\"trucker\"", "roles")]
    [InlineData("[\"tracker\"]", "[]", "roles is empty")]
    [InlineData("\"slots\": 2", "\"slots\": 0", "slots is 0")]
    [InlineData("\"slots\": 2", "\"slost\": 2", "slost")]
    [InlineData("\"slice\": \"00:02:00\"", "\"slice\": \"00:45:00\"", "slice is 00:45:00")]
    [InlineData("\"slots\": 2", "\"warmMiB\": -1", "warmMiB is -1")]
    [InlineData("\"slice\": \"00:02:00\"", "\"keyframes\": {\"framesAtOnce\": 0}", "keyframes.framesAtOnce is 0")]
    [InlineData("\"slice\": \"00:02:00\"", "\"warmTime\": \"00:00:00\"", "warmTime is 00:00:00")]
    [InlineData("{\"file\": \"PASSWORD\"}", "\"hush\"", "never as text")]
    [InlineData("{\"file\": \"PASSWORD\"}", "{\"variable\": \"SA2VA_NO_SUCH_SECRET\"}", "SA2VA_NO_SUCH_SECRET")]
    [InlineData("\"MODEL\"", "\"/no/such/folder\"", "models.nano")]
    [InlineData("\"devices\"", "// no devices\n\"device\"", "device")]
    public void A_wrong_setting_is_named(string right, string wrong, string expected)
    {
        File.WriteAllText(_folder.File("password"), "hush");
        var text = Template().Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Template(), text);
        var refused = Assert.Throws<SettingsException>(() => NodeSettingsRules.Check(SettingsFile.Read<NodeSettings>(Write(Filled(text)))));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_a_mistake_of_the_settings()
        => Assert.Contains("no-such.json", Assert.Throws<SettingsException>(() => SettingsFile.Read<NodeSettings>(_folder.File("no-such.json"))).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private string Text() => Filled(Template());

    private string Filled(string template) => template.Replace("PASSWORD", _folder.File("password"), StringComparison.Ordinal).Replace("MODEL", _folder.FullPath, StringComparison.Ordinal);

    private static string Template() => """
        {
          // a comment
          "name": "gpu-1",
          "roles": ["tracker"],
          "servers": {
            "postgres": { "host": "db", "port": 5432, "user": "sa2va", "password": {"file": "PASSWORD"}, "space": "sa2va" },
            "rabbitMq": { "host": "mq", "port": 5671, "tls": { "authorityFile": "ca.pem" } },
            "redis": { "host": "cache", "port": 6379 },
          },
          "models": { "nano": "MODEL" },
          "devices": [{ "device": "cpu", "slots": 2, "memoryMiB": 4096 }],
          "slice": "00:02:00",
        }
        """;

    private string Write(string text)
    {
        File.WriteAllText(_folder.File("node.json"), text);
        return _folder.File("node.json");
    }
}
