using System.Text.Json;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary><c>masks.json</c>, written as the frames come: COCO run lengths per frame and object. <c>docs/cli.md</c> describes it.</summary>
internal sealed class MasksJsonSink : IFrameSink
{
    private const int FlushBytes = 1 << 16;
    private readonly string _partial;
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;
    private bool _completed;

    public MasksJsonSink(string folder, string video, VideoInfo info, RunResult result)
    {
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
        ResultJson.Objects(result).WriteTo(_json);
        if (result.Verdicts.Count > 0)
        {
            _json.WritePropertyName("presence");
            ResultJson.Presence(result).WriteTo(_json);
        }

        if (result.Corrections.Count > 0)
        {
            _json.WritePropertyName("corrections");
            ResultJson.Corrections(result).WriteTo(_json);
        }

        _json.WriteBoolean("complete", result.FramesDone == result.FramesTotal);
        _json.WriteStartArray("frames");
    }

    public string Path { get; }

    public async Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken)
    {
        MasksJsonFrames.Write(_json, step);
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
