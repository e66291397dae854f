using Sa2VA.Cluster.Gateway.Uploads;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Gateway.Tests;

public sealed class SettingsTests
{
    private static readonly ServerEndpoint Anywhere = new() { Host = "127.0.0.1", Port = 1 };

    private static readonly GatewaySettings Good = new()
    {
        Servers = new ClusterEndpoints(Anywhere, Anywhere, Anywhere), Keys = "keys.json", Models = ["nano"],
    };

    [Fact]
    public void The_defaults_are_good() => Good.Check();

    [Fact]
    public void What_is_wrong_is_named()
    {
        Refused(Good with { Listen = "8480" }, "listen is '8480'");
        Refused(Good with { Listen = "http://0.0.0.0:8480" }, "in the clear");
        Refused(Good with { Listen = "https://0.0.0.0:8443" }, "tls is not set");
        Refused(Good with { Models = [] }, "models is empty");
        Refused(Good with { Origins = ["archive.example.org"] }, "origins has 'archive.example.org'");
        Refused(Good with { Limits = new GatewayLimits { RequestsPerMinute = 0 } }, "limits.requestsPerMinute is 0");
        Refused(Good with { Limits = new GatewayLimits { RendersAtOnce = 0 } }, "limits.rendersAtOnce is 0");
        Refused(Good with { Uploads = new UploadSettings { Folder = "" } }, "uploads.folder is empty");
        Refused(Good with { Uploads = new UploadSettings { Folder = "u", MaxBytes = 2, FolderBytes = 1 } }, "uploads.maxBytes is 2");
        (Good with { Listen = "http://0.0.0.0:8480", BehindProxy = true }).Check();
        (Good with { Listen = "https://0.0.0.0:8443", Tls = new TlsSettings("a.pem", "a.key") }).Check();
    }

    [Fact]
    public void The_settings_that_are_shipped_for_containers_are_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("secret"), "secret");
        var text = File.ReadAllText(Path.Combine(Checkout.Folder, "deploy", "compose", "gateway.json"))
            .Replace("{ \"variable\": \"SA2VA_PASSWORD\" }", $$"""{ "file": "{{folder.File("secret")}}" }""", StringComparison.Ordinal);
        File.WriteAllText(folder.File("gateway.json"), text);
        var settings = GatewaySettings.Read(folder.File("gateway.json"));
        Assert.Equal(("secret", "/keys/keys.json"), (settings.Servers.Postgres.Password!.Reveal(), settings.Keys));
    }

    private static void Refused(GatewaySettings settings, string why) => Assert.Contains(why, Assert.Throws<SettingsException>(settings.Check).Message, StringComparison.Ordinal);
}
