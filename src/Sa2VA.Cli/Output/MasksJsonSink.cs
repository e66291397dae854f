using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary><c>masks.json</c>, written as the frames come: COCO run lengths per frame and object. <c>docs/cli.md</c> describes it.</summary>
internal sealed class MasksJsonSink : IFrameSink
{
    private const int FlushBytes = 1 << 16;
    private readonly string _partial;
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;
    private readonly bool _boxes;
    private bool _completed;

    /// <param name="folder">Where to.</param>
    /// <param name="video">The file that was tracked.</param>
    /// <param name="info">What the probe found out about it.</param>
    /// <param name="objects">From <see cref="ResultJson"/>.</param>
    /// <param name="complete">Whether every frame that was asked for is there.</param>
    /// <param name="notes">What else is told of the whole video; nulls and lists with nothing in them are left out.</param>
    /// <param name="boxes">Whether each mask is told with the boxes around its parts.</param>
    public MasksJsonSink(string folder, string video, VideoInfo info, JsonArray objects, bool complete, IReadOnlyList<(string Name, JsonNode? Value)>? notes = null, bool boxes = false)
    {
        _boxes = boxes;
        Path = System.IO.Path.Combine(folder, "masks.json");
        _partial = Path + ".partial";
        _file = File.Create(_partial);
        _json = new Utf8JsonWriter(_file);
        _json.WriteStartObject();
        _json.WriteString("format", "sa2va-masks");
        _json.WriteNumber("version", 1);
        _json.WriteStartObject("video");
        _json.WriteString("file", System.IO.Path.GetFileName(video));
        _json.WriteNumber("width", info.Width);
        _json.WriteNumber("height", info.Height);
        _json.WriteNumber("frames", info.FrameCount);
        _json.WriteString("timeBase", info.TimeBase.ToString());
        _json.WriteEndObject();
        _json.WritePropertyName("objects");
        objects.WriteTo(_json);
        foreach (var (name, value) in notes ?? [])
        {
            if (value is null or JsonArray { Count: 0 })
                continue;
            _json.WritePropertyName(name);
            value.WriteTo(_json);
        }

        _json.WriteBoolean("complete", complete);
        _json.WriteStartArray("frames");
    }

    public string Path { get; }

    public async Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken)
    {
        MasksJsonFrames.Write(_json, step, _boxes);
        if (_json.BytesPending > FlushBytes)
            await _json.FlushAsync(cancellationToken);
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        await _json.FlushAsync(cancellationToken);
        _completed = true;
        await _file.DisposeAsync();
        File.Move(_partial, Path, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_completed)
            return;
        _json.Reset(Stream.Null);
        await _file.DisposeAsync();
        File.Delete(_partial);
    }
}
