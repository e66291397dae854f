using System.Text.Json;

namespace Sa2VA.Cluster.Tests.Deploy;

public sealed class GatewayManifestTests
{
    private static readonly IReadOnlyList<object?> Manifests = Yaml.Documents(Repository.File("deploy", "kubernetes", "gateway", "gateway.yaml"));

    private static object? Pod => Find("Deployment").At("spec", "template", "spec");

    private static object? Container => Pod.At("containers", 0);

    [Fact]
    public void Everything_that_the_settings_name_is_mounted_from_a_volume_that_there_is()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Repository.File("deploy", "kubernetes", "gateway", "gateway.json")), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var mounts = Container.List("volumeMounts").ToDictionary(mount => mount.Text("mountPath"), mount => mount.Text("name"));
        var volumes = Pod.List("volumes").Select(volume => volume.Text("name")).ToList();
        Assert.All(mounts.Values, volume => Assert.Contains(volume, volumes));
        var wanted = Texts(settings.RootElement).Where(text => text.StartsWith('/')).ToList();
        Assert.Contains("/run/secrets/tls/tls.key", wanted);
        foreach (var path in wanted) Assert.Contains(mounts.Keys, mount => path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal));
        Assert.Equal("https://0.0.0.0:8443", settings.RootElement.GetProperty("listen").GetString());
        Assert.Equal("8443", Container.Text("ports", 0, "containerPort"));
    }

    [Theory]
    [InlineData("startupProbe", "/health/live")]
    [InlineData("livenessProbe", "/health/live")]
    [InlineData("readinessProbe", "/health/ready")]
    public void Probes_ask_where_a_gateway_answers(string probe, string path)
    {
        Assert.Equal(path, Container.Text(probe, "httpGet", "path"));
        Assert.Equal("HTTPS", Container.Text(probe, "httpGet", "scheme"));
        Assert.Equal(Container.Text("ports", 0, "name"), Container.Text(probe, "httpGet", "port"));
    }

    [Fact]
    public void The_service_finds_the_pods_which_have_no_more_rights_than_they_need()
    {
        Assert.Equal(Find("Deployment").Map("spec", "template", "metadata", "labels"), Find("Service").Map("spec", "selector"));
        Assert.Equal(Container.Text("ports", 0, "name"), Find("Service").Text("spec", "ports", 0, "targetPort"));
        Assert.Equal("true", Pod.Text("securityContext", "runAsNonRoot"));
        Assert.Equal("true", Container.Text("securityContext", "readOnlyRootFilesystem"));
    }

    private static object? Find(string kind) => Assert.Single(Manifests, manifest => manifest.Text("kind") == kind);

    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Texts(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
