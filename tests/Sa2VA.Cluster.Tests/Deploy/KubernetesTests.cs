using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Deploy;

public sealed class KubernetesTests
{
    private static readonly IReadOnlyList<object?> Manifests =
        [.. new[] { "namespace.yaml", "node.yaml", "volumes.yaml", "scaling.yaml" }.SelectMany(file => Yaml.Documents(Repository.File("deploy", "kubernetes", "base", file)))];

    private static readonly NodeFile Settings = new("kubernetes", "base", "node.json");

    private static object? Pod => Find("Deployment", "sa2va-node").At("spec", "template", "spec");

    private static object? Container => Pod.At("containers", 0);

    [Fact]
    public void Every_manifest_says_what_it_is_and_none_is_there_twice()
    {
        var names = Manifests.Select(m => (m.Text("apiVersion"), m.Text("kind"), m.Text("metadata", "name"))).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.Equal(["namespace.yaml", "node.yaml", "volumes.yaml", "scaling.yaml"], Yaml.Document(Repository.File("deploy", "kubernetes", "base", "kustomization.yaml")).List("resources").Select(r => r.Text()));
    }

    [Theory]
    [InlineData("startupProbe", "/live")]
    [InlineData("livenessProbe", "/live")]
    [InlineData("readinessProbe", "/ready")]
    public void Probes_ask_where_a_node_answers(string probe, string path)
    {
        Assert.Equal(path, Container.Text(probe, "httpGet", "path"));
        Assert.Equal(Container.Text("ports", 0, "name"), Container.Text(probe, "httpGet", "port"));
        Assert.Equal(Settings.Port, int.Parse(Container.Text("ports", 0, "containerPort"), CultureInfo.InvariantCulture));
        Assert.Equal($"{Settings.Port}", Find("Deployment", "sa2va-node").Text("spec", "template", "metadata", "annotations", "prometheus.io/port"));
    }

    [Fact]
    public void A_pod_is_given_more_time_to_stop_than_it_takes_to_hand_over()
        => Assert.True(TimeSpan.FromSeconds(int.Parse(Pod.Text("terminationGracePeriodSeconds"), CultureInfo.InvariantCulture)) > Settings.Grace);

    [Fact]
    public void Everything_that_the_settings_name_is_mounted_from_a_volume_that_there_is()
    {
        var mounts = Container.List("volumeMounts").ToDictionary(m => m.Text("mountPath"), m => m.Text("name"));
        var volumes = Pod.List("volumes").ToDictionary(v => v.Text("name"), v => v);
        Assert.All(mounts.Values, volume => Assert.Contains(volume, volumes.Keys));
        var wanted = Settings.Folders.Where(f => !f.StartsWith("/app/", StringComparison.Ordinal)).Concat(new[] { "postgres", "rabbitMq", "redis" }.Select(Settings.SecretFile));
        foreach (var folder in wanted) Assert.Contains(mounts.Keys, mount => folder == mount || folder.StartsWith(mount + "/", StringComparison.Ordinal));
        foreach (var claim in volumes.Values.Where(v => v.Has("persistentVolumeClaim"))) Assert.NotNull(Find("PersistentVolumeClaim", claim.Text("persistentVolumeClaim", "claimName")));
    }

    [Fact]
    public void A_pod_has_no_more_rights_than_it_needs()
    {
        Assert.Equal("true", Pod.Text("securityContext", "runAsNonRoot"));
        Assert.Equal("false", Container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", Container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Contains($"--uid {Pod.Text("securityContext", "runAsUser")} ", File.ReadAllText(Repository.File("deploy", "docker", "Dockerfile")), StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_looks_at_every_queue_of_work_and_at_no_other()
    {
        var trigger = Find("ScaledObject", "sa2va-node").At("spec", "triggers", 0);
        var queues = new Regex(trigger.Text("metadata", "queueName"), RegexOptions.None, TimeSpan.FromSeconds(1));
        foreach (var lane in Lane.Of([WorkKind.Video, WorkKind.Keyframes]))
            Assert.Matches(queues, lane.Kind == WorkKind.Keyframes ? "sa2va.keyframes" : $"sa2va.work.{lane.Priority.ToString().ToLowerInvariant()}");
        foreach (var other in new[] { "sa2va.dead", "sa2va.mail.node-1", "other.sa2va.keyframes", "sa2va.keyframes.old" }) Assert.DoesNotMatch(queues, other);
        Assert.Equal($"{Settings.Slots}", trigger.Text("metadata", "value"));
        Assert.Equal("sa2va-node", Find("ScaledObject", "sa2va-node").Text("spec", "scaleTargetRef", "name"));
        Assert.NotNull(Find("TriggerAuthentication", trigger.Text("authenticationRef", "name")));
    }

    [Fact]
    public void The_labels_that_are_selected_are_those_of_the_pods()
    {
        var labels = Find("Deployment", "sa2va-node").Map("spec", "template", "metadata", "labels");
        Assert.Equal(labels, Find("Deployment", "sa2va-node").Map("spec", "selector", "matchLabels"));
        Assert.Equal(labels, Find("PodDisruptionBudget", "sa2va-node").Map("spec", "selector", "matchLabels"));
    }

    [Theory]
    [InlineData("base", "registry.example.org/sa2va-node:0.1.0", "")]
    [InlineData("gpu", "registry.example.org/sa2va-node:0.1.0-cuda", "nvidia.com/gpu: \"1\"")]
    public async Task Kustomize_makes_manifests_of_it(string overlay, string image, string device)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl"))), "kubectl is not installed.");
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", Repository.File("deploy", "kubernetes", overlay)]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var errors = kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = await kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(kubectl.ExitCode == 0, await errors);
        Assert.Contains(image, text, StringComparison.Ordinal);
        Assert.Contains(device, text, StringComparison.Ordinal);
        Assert.Contains($"value: \"{new NodeFile("kubernetes", overlay, "node.json").Slots}\"", text, StringComparison.Ordinal);
    }

    private static object? Find(string kind, string name) => Assert.Single(Manifests, m => m.Text("kind") == kind && m.Text("metadata", "name") == name);
}
