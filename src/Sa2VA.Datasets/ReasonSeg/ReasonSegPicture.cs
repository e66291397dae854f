using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// A picture of ReasonSeg as a video of one frame, with the first of its wordings, as the official evaluation asks it. Shapes are drawn
/// from the largest to the smallest, each over those before; where "ignore" is on top nothing is scored.
/// </summary>
internal sealed class ReasonSegPicture : ReferringVideo
{
    private const byte Target = 1;
    private const byte Ignore = 2;

    private readonly string _picture;
    private readonly IReadOnlyList<(byte Kind, IReadOnlyList<(int X, int Y)> Corners)> _shapes;
    private readonly Lazy<(int Width, int Height)> _size;
    private readonly Lazy<(Rle Target, Rle Ignored)> _masks;

    public ReasonSegPicture(string picture)
    {
        _picture = picture;
        FrameNames = [Path.GetFileNameWithoutExtension(picture)];
        var path = Path.ChangeExtension(picture, ".json");
        using var document = Parse(path);
        var where = new JsonPlace(path, "the question");
        var texts = where.Member(document.RootElement, "text", JsonValueKind.Array);
        if (texts.GetArrayLength() == 0) throw where.Wrong("'text' is empty");
        var isSentence = document.RootElement.TryGetProperty("is_sentence", out var kind) && kind.ValueKind == JsonValueKind.True;
        Expressions = [new ReferringExpression("0", where.Text(texts[0], "text"), isSentence ? "long" : "short")];
        _shapes = [.. where.Member(document.RootElement, "shapes", JsonValueKind.Array).EnumerateArray().Select(shape => Shape(shape, where)).Where(shape => shape.Corners.Count > 0)];
        _size = new(FindSize);
        _masks = new(Draw);
    }

    public override string Id => FrameNames[0];

    public override int Width => _size.Value.Width;

    public override int Height => _size.Value.Height;

    public override IReadOnlyList<string> FrameNames { get; }

    public override IReadOnlyList<ReferringExpression> Expressions { get; }

    public override string Source => _picture;

    public override bool HasTruth => true;

    public override RgbImage ReadFrame(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frame, 0);
        return DatasetPictures.Guard(() => FramePictures.Read(_picture));
    }

    public override Rle Truth(ReferringExpression expression, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frame, 0);
        return _masks.Value.Target;
    }

    public override Rle? Ignored(ReferringExpression expression, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frame, 0);
        return _masks.Value.Ignored;
    }

    /// <summary>Some of the files are in a Windows encoding, not in UTF-8.</summary>
    private static JsonDocument Parse(string path) => JsonFile.Guard(path, () =>
    {
        var bytes = File.ReadAllBytes(path);
        return Utf8.IsValid(bytes) ? JsonDocument.Parse(bytes) : JsonDocument.Parse(Encoding.Latin1.GetString(bytes));
    });

    private static (byte Kind, IReadOnlyList<(int X, int Y)> Corners) Shape(JsonElement shape, JsonPlace where)
    {
        var label = where.Text(where.Member(shape, "label", JsonValueKind.String), "label");
        // "flag" marks a question that its authors took back; such a file has nothing else.
        if (label == "flag") return (0, []);
        var corners = new List<(int, int)>();
        foreach (var point in where.Member(shape, "points", JsonValueKind.Array).EnumerateArray())
        {
            if (point.ValueKind != JsonValueKind.Array || point.GetArrayLength() != 2 || !point[0].TryGetDouble(out var x) || !point[1].TryGetDouble(out var y) || Math.Abs(x) > 1e6 || Math.Abs(y) > 1e6)
                throw where.Wrong($"a point is {point.GetRawText()}, not [x, y]");
            corners.Add(((int)x, (int)y));
        }

        return (label.Contains("ignore", StringComparison.OrdinalIgnoreCase) ? Ignore : Target, corners);
    }

    private (int Width, int Height) FindSize()
    {
        using var image = ReadFrame(0);
        return (image.Width, image.Height);
    }

    private (Rle Target, Rle Ignored) Draw()
    {
        var drawn = _shapes.Select(shape => (shape.Kind, Pixels: Filled(shape.Corners))).Select(shape => (shape.Kind, shape.Pixels, Area: shape.Pixels.AsSpan().Count((byte)1)));
        var kinds = new byte[Width * Height];
        foreach (var (kind, pixels, _) in drawn.OrderByDescending(shape => shape.Area))
        {
            for (var i = 0; i < kinds.Length; i++)
            {
                if (pixels[i] == 1) kinds[i] = kind;
            }
        }

        return (Only(Target), Only(Ignore));

        Rle Only(byte kind) => RleCodec.Encode(Array.ConvertAll(kinds, pixel => pixel == kind ? (byte)1 : (byte)0), Height, Width);
    }

    private byte[] Filled(IReadOnlyList<(int X, int Y)> corners)
    {
        var pixels = new byte[Width * Height];
        DrawnPolygon.Fill(pixels, Height, Width, corners, 1);
        return pixels;
    }
}
