using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sa2VA.Cluster.Gateway.Jobs;

/// <summary>Videos of a body as the manifest that they could have been.</summary>
internal readonly record struct NewManifest(IReadOnlyList<JsonObject> Videos)
{
    /// <summary>A line for each.</summary>
    public Stream Open()
    {
        var lines = new MemoryStream();
        foreach (var video in Videos)
        {
            lines.Write(JsonSerializer.SerializeToUtf8Bytes(video));
            lines.WriteByte((byte)'\n');
        }

        lines.Position = 0;
        return lines;
    }
}
