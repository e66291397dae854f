using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Sources;

/// <summary>The <c>masks.json</c> of a run, read frame by frame: that of an hour of video is larger than memory should have to be.</summary>
internal sealed class MasksJson
{
    private const int FirstBuffer = 1 << 16;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    private readonly string _path;

    private MasksJson(string path, SourceVideo video, IReadOnlyList<SourceObject> objects, VideoSayings said) => (_path, Video, Objects, Said) = (path, video, objects, said);

    /// <summary>The video as its run saw it.</summary>
    public SourceVideo Video { get; }

    /// <summary>Its objects.</summary>
    public IReadOnlyList<SourceObject> Objects { get; }

    /// <summary>What was said about it.</summary>
    public VideoSayings Said { get; }

    /// <summary>Reads what stands before the frames.</summary>
    /// <exception cref="ExportException">It is not such a file.</exception>
    public static async Task<MasksJson> OpenAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var head = new Head();
        var tokens = new JsonStream(file, path);
        await tokens.ReadToFramesAsync(head, cancellationToken);
        return head is { Format: "sa2va-masks", Version: 1, Video: { } video, Objects: { } objects }
            ? new MasksJson(path, video, objects, new VideoSayings(head.Questions, head.Caption))
            : throw new ExportException($"'{path}' is '{head.Format}', version {head.Version}; 'sa2va-masks', version 1, is read. Run 'sa2va run' again.");
    }

    /// <summary>The frames in their order.</summary>
    /// <exception cref="ExportException">The file is damaged, or a frame lacks an object.</exception>
    public async IAsyncEnumerable<StoredStep> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(_path);
        var tokens = new JsonStream(file, _path);
        await tokens.ReadToFramesAsync(new Head(), cancellationToken);
        var number = 0;
        while (await tokens.ReadFrameAsync(cancellationToken) is { } frame)
        {
            var masks = frame.Masks.Select(mask => new StoredMask(
                mask.Object, new Rle(mask.Segmentation.Size[0], mask.Segmentation.Size[1], mask.Segmentation.Counts), mask.ObjectScore, mask.PredictedIou)).ToList();
            if (!masks.Select(mask => mask.ObjectId).SequenceEqual(Objects.Select(one => one.Id)))
                throw new ExportException($"Frame {frame.Frame} of '{_path}' does not have a mask for each object. Run 'sa2va run' again.");
            yield return new StoredStep(number++, frame.Frame, frame.Pts, frame.Seconds, masks);
        }
    }

    private sealed class Head
    {
        public string? Format { get; set; }

        public int Version { get; set; }

        public SourceVideo? Video { get; set; }

        public List<SourceObject>? Objects { get; set; }

        public List<SaidAnswer> Questions { get; set; } = [];

        public SaidCaption? Caption { get; set; }
    }

    internal sealed record SourceVideo(string File, int Width, int Height);

    internal sealed record SourceObject(int Id, int Target, string Label, string? Answer, bool Absent, [property: JsonPropertyName("sha256Chain")] string Chain);

    private sealed record FrameEntry(int Frame, long Pts, double Seconds, IReadOnlyList<MaskEntry> Masks);

    private sealed record MaskEntry(int Object, Runs Segmentation, float ObjectScore, float PredictedIou);

    private sealed record Runs(int[] Size, string Counts);

    /// <summary>One pass over the file with a buffer that holds the largest value, and no more.</summary>
    private sealed class JsonStream(Stream file, string path)
    {
        private byte[] _buffer = new byte[FirstBuffer];
        private int _length;
        private bool _atEnd;
        private JsonReaderState _state;

        /// <summary>Reads all properties up to the array of frames, and steps into it.</summary>
        public async Task ReadToFramesAsync(Head head, CancellationToken cancellationToken)
        {
            while (!ReadHead(head)) await FillAsync(cancellationToken);
        }

        public async Task<FrameEntry?> ReadFrameAsync(CancellationToken cancellationToken)
        {
            for (; ; )
            {
                if (TryReadFrame(out var frame)) return frame;
                await FillAsync(cancellationToken);
            }
        }

        // Starts over from the beginning of the file until all of the head is in the buffer: it is small.
        private bool ReadHead(Head head)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(0, _length), _atEnd, default);
            try
            {
                if (!reader.Read()) return false;
                while (reader.Read())
                {
                    if (reader.TokenType != JsonTokenType.PropertyName) throw new ExportException(Damaged("it has no frames."));
                    var name = reader.GetString();
                    if (name == "frames")
                    {
                        if (!reader.Read()) return false;
                        Consume(reader);
                        return true;
                    }

                    if (!JsonDocument.TryParseValue(ref reader, out var value)) return false;
                    using (value) Set(head, name, value.RootElement);
                }

                return _atEnd ? throw new ExportException(Damaged("it ends before its frames.")) : false;
            }
            catch (JsonException wrong)
            {
                throw new ExportException(Damaged(wrong.Message), wrong);
            }
        }

        private bool TryReadFrame(out FrameEntry? frame)
        {
            frame = null;
            var reader = new Utf8JsonReader(_buffer.AsSpan(0, _length), _atEnd, _state);
            try
            {
                if (!reader.Read()) return false;
                if (reader.TokenType == JsonTokenType.EndArray) return true;
                if (!JsonDocument.TryParseValue(ref reader, out var value)) return false;
                using (value) frame = value.Deserialize<FrameEntry>(Json);
                Consume(reader);
                return frame is { } read && read.Masks.All(mask => mask.Segmentation.Size.Length == 2) ? true : throw new ExportException(Damaged("a mask has no size."));
            }
            catch (JsonException wrong)
            {
                throw new ExportException(Damaged(wrong.Message), wrong);
            }
        }

        private static void Set(Head head, string? name, JsonElement value)
        {
            switch (name)
            {
                case "format": head.Format = value.GetString(); break;
                case "version": head.Version = value.GetInt32(); break;
                case "video": head.Video = value.Deserialize<SourceVideo>(Json); break;
                case "questions": head.Questions = value.Deserialize<List<SaidAnswer>>(Json) ?? []; break;
                case "caption": head.Caption = value.Deserialize<SaidCaption>(Json); break;
                case "objects": head.Objects = value.Deserialize<List<SourceObject>>(Json); break;
            }
        }

        private void Consume(in Utf8JsonReader reader)
        {
            _state = reader.CurrentState;
            var consumed = (int)reader.BytesConsumed;
            _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
            _length -= consumed;
        }

        private async Task FillAsync(CancellationToken cancellationToken)
        {
            if (_atEnd) throw new ExportException(Damaged("it ends in the middle."));
            if (_length == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            var read = await file.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
            _length += read;
            _atEnd = read == 0;
        }

        private string Damaged(string why) => $"'{path}' is not what 'sa2va run' writes: {why} Run it again.";
    }
}
