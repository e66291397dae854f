using System.Globalization;
using System.Text.Json;

namespace Sa2VA.Cluster.Tests.Deploy;

/// <summary>A node's settings as deploy/ ships them, by their text: they name secrets and folders that are not on this machine.</summary>
internal sealed class NodeFile(params string[] path)
{
    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static TheoryData<string> All { get; } = ["compose/node.json", "compose/node-gpu.json", "kubernetes/base/node.json", "kubernetes/gpu/node.json", "systemd/node.json"];

    public JsonElement Root { get; } = JsonDocument.Parse(File.ReadAllText(Repository.File(["deploy", .. path])), Json).RootElement;

    public TimeSpan Grace => TimeSpan.Parse(Root.GetProperty("grace").GetString()!, CultureInfo.InvariantCulture);

    public int Port => Root.GetProperty("telemetry").GetProperty("port").GetInt32();

    public int Slots => Root.GetProperty("devices").EnumerateArray().Sum(device => device.GetProperty("slots").GetInt32());

    public string Host(string server) => Root.GetProperty("servers").GetProperty(server).GetProperty("host").GetString()!;

    public string SecretFile(string server) => Root.GetProperty("servers").GetProperty(server).GetProperty("password").GetProperty("file").GetString()!;

    /// <summary>Folders that must be there in the container.</summary>
    public IEnumerable<string> Folders =>
    [
        .. Root.GetProperty("models").EnumerateObject().Select(model => model.Value.GetString()!),
        .. Root.GetProperty("sources").GetProperty("roots").EnumerateArray().Select(root => root.GetProperty("path").GetString()!),
        Root.GetProperty("sources").GetProperty("cacheFolder").GetString()!,
        Root.GetProperty("archive").GetProperty("folder").GetString()!,
        Root.GetProperty("scratchFolder").GetString()!,
    ];
}
