using System.Globalization;
using System.Text.RegularExpressions;

namespace Sa2VA.Cluster.Tests.Deploy;

public sealed partial class ComposeTests
{
    private static readonly object? Compose = Yaml.Document(Repository.File("docker-compose.yml"));

    private static Dictionary<string, object?> Services => Compose.Map("services");

    public static TheoryData<string, string> Nodes => new() { { "node", "node.json" }, { "node-gpu", "node-gpu.json" } };

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_finds_its_servers_settings_and_folders(string service, string file)
    {
        var settings = new NodeFile("compose", file);
        foreach (var server in new[] { "postgres", "rabbitMq", "redis" })
        {
            Assert.Contains(settings.Host(server), Services.Keys);
            Assert.Equal("service_healthy", Services.Text(service, "depends_on", settings.Host(server), "condition"));
        }

        var mounts = Services.List(service, "volumes").Select(v => v.Text().Split(':')).ToDictionary(m => m[1], m => m[0]);
        Assert.Equal($"./deploy/compose/{file}", mounts["/etc/sa2va/node.json"]);
        foreach (var folder in settings.Folders.Where(f => !f.StartsWith("/app/", StringComparison.Ordinal)))
            Assert.Contains(mounts.Keys, mount => folder == mount || folder.StartsWith(mount + "/", StringComparison.Ordinal));
        Assert.True(Services.At(service).Map("environment").ContainsKey("SA2VA_PASSWORD"));
        Assert.Contains("--name", Services.List(service, "entrypoint")[^1].Text(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_is_given_more_time_to_stop_than_it_takes_to_hand_over(string service, string file)
        => Assert.True(Seconds(Services.Text(service, "stop_grace_period")) > new NodeFile("compose", file).Grace);

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_is_built_from_a_stage_that_there_is(string service, string file)
    {
        _ = file;
        var dockerfile = File.ReadAllText(Repository.File(Services.Text(service, "build", "dockerfile")));
        Assert.Contains(Services.Text(service, "build", "target"), Stages().Matches(dockerfile).Select(m => m.Groups["name"].Value));
    }

    [Fact]
    public void The_gateway_finds_its_servers_and_its_settings()
    {
        foreach (var server in new[] { "postgres", "rabbitmq", "redis" }) Assert.Equal("service_healthy", Services.Text("gateway", "depends_on", server, "condition"));
        var mounts = Services.List("gateway", "volumes").Select(v => v.Text().Split(':')).ToDictionary(m => m[1], m => m[0]);
        Assert.Equal("./deploy/compose/gateway.json", mounts["/etc/sa2va/gateway.json"]);
        var dockerfile = File.ReadAllText(Repository.File(Services.Text("gateway", "build", "dockerfile")));
        Assert.Contains(Services.Text("gateway", "build", "target"), Stages().Matches(dockerfile).Select(m => m.Groups["name"].Value));
    }

    [Fact]
    public void Redis_keeps_what_it_confirmed_and_nobody_enters_without_a_password()
    {
        var command = Services.List("redis", "command").Select(c => c.Text()).ToList();
        Assert.Equal("yes", command[command.IndexOf("--appendonly") + 1]);
        Assert.Equal("always", command[command.IndexOf("--appendfsync") + 1]);
        foreach (var password in new[] { command[command.IndexOf("--requirepass") + 1], Services.Text("postgres", "environment", "POSTGRES_PASSWORD"), Services.Text("rabbitmq", "environment", "RABBITMQ_DEFAULT_PASS") })
            Assert.StartsWith("${SA2VA_PASSWORD:?", password, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_this_machine_reaches_what_is_published()
    {
        foreach (var (name, service) in Services.Where(s => s.Value.Has("ports")))
            Assert.All(service.List("ports"), port => Assert.StartsWith("127.0.0.1:", port.Text(), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_file_and_volume_that_is_mounted_is_there()
    {
        var volumes = Compose.Map("volumes").Keys;
        foreach (var mount in Services.Values.Where(s => s.Has("volumes")).SelectMany(s => s.List("volumes")).Select(v => v.Text().Split(':')[0]).Distinct())
        {
            if (!mount.StartsWith("./", StringComparison.Ordinal)) Assert.Contains(mount, volumes);
            else if (mount is not ("./videos" or "./archive" or "./keys")) Assert.True(Path.Exists(Repository.File(mount[2..])), mount);
        }
    }

    [Fact]
    public void Stages_are_made_of_stages_and_files_that_there_are()
    {
        var dockerfile = File.ReadAllText(Repository.File("deploy", "docker", "Dockerfile"));
        var stages = Stages().Matches(dockerfile).Select(m => (From: m.Groups["from"].Value, Name: m.Groups["name"].Value)).ToList();
        for (var i = 0; i < stages.Count; i++) Assert.True(stages[i].From.Contains(':') || stages.Take(i).Any(s => s.Name == stages[i].From), stages[i].From);
        foreach (Match copy in Copies().Matches(dockerfile))
        {
            if (copy.Groups["stage"].Success) Assert.Contains(copy.Groups["stage"].Value, stages.Select(s => s.Name));
            else Assert.True(Path.Exists(Repository.File(copy.Groups["source"].Value)), copy.Value);
        }
    }

    [Fact]
    public void Prometheus_asks_the_services_that_there_are_at_their_port()
    {
        var job = Yaml.Document(Repository.File("deploy", "prometheus", "prometheus.yml")).At("scrape_configs", 0, "dns_sd_configs", 0);
        Assert.All(job.List("names"), name => Assert.Contains(name.Text(), Services.Keys));
        Assert.Equal(new NodeFile("compose", "node.json").Port, int.Parse(job.Text("port"), CultureInfo.InvariantCulture));
        Assert.Equal("http://prometheus:9090", Yaml.Document(Repository.File("deploy", "grafana", "provisioning", "datasources", "prometheus.yml")).Text("datasources", 0, "url"));
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^FROM (?<from>\S+) AS (?<name>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Stages();

    [GeneratedRegex(@"^COPY (--from=(?<stage>\S+) )?(?<source>\S+) \S+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Copies();
}
