using System.Text.Json;
using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary><c>VIDEO/masks.json</c>, as <c>sa2va run</c> writes it: what <c>sa2va export</c> and <c>sa2va eval</c> read.</summary>
internal sealed class MasksFormat(ExportFolder folder) : IExportFormat
{
    private const int FlushBytes = 1 << 16;

    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder.Path, video.Name, "masks.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = File.Create(path + ".partial"))
        {
            await using var json = new Utf8JsonWriter(file);
            WriteHead(json, video);
            await foreach (var step in video.ReadAsync(cancellationToken))
            {
                MasksJsonFrames.Write(json, step);
                if (json.BytesPending > FlushBytes) await json.FlushAsync(cancellationToken);
                frames.Report(step.Step + 1);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        File.Move(path + ".partial", path, overwrite: true);
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([folder.Path]);

    private static void WriteHead(Utf8JsonWriter json, ExportVideo video)
    {
        json.WriteStartObject();
        json.WriteString("format", "sa2va-masks");
        json.WriteNumber("version", 1);
        json.WriteStartObject("video");
        json.WriteString("file", video.Name);
        json.WriteNumber("width", video.Width);
        json.WriteNumber("height", video.Height);
        json.WriteEndObject();
        json.WriteStartArray("objects");
        foreach (var one in video.Objects)
        {
            json.WriteStartObject();
            json.WriteNumber("id", one.Id);
            json.WriteNumber("target", one.Target);
            json.WriteString("label", one.Label);
            json.WriteString("answer", one.Answer);
            json.WriteBoolean("absent", one.IsAbsent);
            json.WriteString("sha256Chain", one.Chain ?? "");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (video.Said is { } said)
        {
            if (said.Questions.Count > 0)
            {
                json.WritePropertyName("questions");
                SayingsJson.Questions(said).WriteTo(json);
            }

            if (SayingsJson.Caption(said) is { } caption)
            {
                json.WritePropertyName("caption");
                caption.WriteTo(json);
            }
        }

        json.WriteBoolean("complete", value: true);
        json.WriteStartArray("frames");
    }
}
