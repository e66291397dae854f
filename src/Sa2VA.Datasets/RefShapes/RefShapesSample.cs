using System.Text.Encodings.Web;
using System.Text.Json;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// The one clip that ships: a video like those of the test split, of another seed, as MP4 with its truth beside it. <c>docs/ref-shapes.md</c>
/// describes the truth file, which <c>sa2va eval --truth</c> reads.
/// </summary>
public static class RefShapesSample
{
    private const ulong Seed = 501;
    private const int Index = 45;

    // Run lengths are full of characters that only HTML must escape.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The clip.</summary>
    public static RefShapesVideo Create() => RefShapesVideo.Create(RefShapesSplit.Test, Seed, Index);

    /// <summary>Where the truth of a clip lies: beside it, under its name.</summary>
    public static string TruthPath(string video) => Path.ChangeExtension(video, ".json");

    /// <summary>Writes the clip and its truth; both are replaced when they exist.</summary>
    /// <param name="video">The MP4.</param>
    /// <param name="cancellationToken">Leaves both as they were.</param>
    /// <exception cref="MediaException">ffmpeg is missing or failed.</exception>
    public static async Task WriteAsync(string video, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(video);
        video = Path.GetFullPath(video);
        Directory.CreateDirectory(Path.GetDirectoryName(video)!);
        var clip = Create();
        var masks = clip.Expressions.ToDictionary(e => e, _ => new List<string?>());
        var rgb = new byte[clip.Width * clip.Height * 3];
        var owners = new byte[clip.Width * clip.Height];
        var mask = new byte[owners.Length];
        await using var writer = ClipWriter.Start(new ClipOutputs(null, video), clip.Width, clip.Height, clip.FramesPerSecond, MediaLimits.Default);
        for (var frame = 0; frame < clip.FrameCount; frame++)
        {
            clip.Render(frame, rgb, owners);
            await writer.WriteAsync(rgb, cancellationToken);
            foreach (var expression in clip.Expressions)
            {
                clip.Mask(expression, owners, mask);
                masks[expression].Add(mask.AsSpan().Contains((byte)1) ? RleCodec.Encode(mask, clip.Height, clip.Width).Counts : null);
            }
        }

        await writer.CompleteAsync(cancellationToken);
        AtomicFile.Write(TruthPath(video), file => WriteTruth(file, Path.GetFileName(video), clip, masks));
    }

    private static void WriteTruth(Stream file, string name, RefShapesVideo clip, Dictionary<RefShapesExpression, List<string?>> masks)
    {
        using var json = new Utf8JsonWriter(file, Compact);
        json.WriteStartObject();
        json.WriteString("video", name);
        json.WriteStartArray("size");
        json.WriteNumberValue(clip.Height);
        json.WriteNumberValue(clip.Width);
        json.WriteEndArray();
        json.WriteStartArray("expressions");
        foreach (var expression in clip.Expressions)
        {
            json.WriteStartObject();
            json.WriteString("id", expression.Id);
            json.WriteString("text", expression.Text);
            json.WriteString("level", ExpressionFiles.NameOf(expression.Level));
            json.WriteStartArray("masks");
            foreach (var counts in masks[expression]) json.WriteStringValue(counts);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
