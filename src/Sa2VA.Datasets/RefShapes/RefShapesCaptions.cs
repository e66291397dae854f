using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// Writes a still of each video of a split with a caption that lists what is seen, phrases and masks, laid out as <see cref="GcgOpener"/> reads
/// GranD-f: something to try grounded captions on, and no part of the benchmark.
/// </summary>
public static class RefShapesCaptions
{
    /// <summary>Objects with fewer pixels are not told of; as in training.</summary>
    private const int LeastSeen = 12;

    /// <summary>Every so many frames are looked at for the one that shows most objects.</summary>
    private const int Stride = 4;

    /// <summary>Writes <c>images/VIDEO.png</c> and the two files in <c>annotations</c>; what is there is replaced.</summary>
    /// <param name="options">What and where; its layouts and videos as files do not matter.</param>
    /// <param name="progress">Told the pictures done and the pictures in all.</param>
    /// <param name="cancellationToken">Stops between two pictures; the files of annotations are written last.</param>
    /// <returns>How many pictures were written, and how many phrases their captions have.</returns>
    /// <exception cref="DatasetException">The number of videos makes no sense.</exception>
    public static (int Images, int Phrases) Write(RefShapesWriteOptions options, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var count = RefShapesWriter.CountOf(options);
        var (pictures, annotations) = (Path.Combine(options.Folder, "images"), Path.Combine(options.Folder, "annotations"));
        Directory.CreateDirectory(pictures);
        Directory.CreateDirectory(annotations);
        var (images, captions, masks) = (new JsonArray(), new JsonArray(), new JsonArray());
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var still = Still.Of(RefShapesVideo.Create(options.Split, options.Seed, i));
            AtomicFile.Write(Path.Combine(pictures, still.Id + ".png"), file => PngWriter.WriteRgb(file, still.Picture));
            images.Add(new JsonObject { ["id"] = still.Id, ["file_name"] = still.Id + ".png", ["width"] = RefShapesVideo.FrameWidth, ["height"] = RefShapesVideo.FrameHeight });
            captions.Add(new JsonObject { ["id"] = captions.Count + 1, ["image_id"] = still.Id, ["caption"] = still.Caption, ["labels"] = new JsonArray([.. still.Phrases.Select(phrase => (JsonNode)phrase)]) });
            foreach (var mask in still.Masks) masks.Add(Annotation(masks.Count + 1, still.Id, mask));
            still.Picture.Dispose();
            progress?.Report((i + 1, count));
        }

        var name = Path.Combine(annotations, options.Split.Name());
        Save(name + GcgOpener.MasksEnd, images, masks);
        Save(name + GcgOpener.CaptionsEnd, images, captions);
        return (images.Count, masks.Count);
    }

    private static JsonObject Annotation(int id, string image, Rle mask) => new()
    {
        ["id"] = id, ["image_id"] = image, ["category_id"] = 1, ["iscrowd"] = 0, ["area"] = RleCodec.Area(mask),
        ["segmentation"] = new JsonObject { ["size"] = new JsonArray(mask.Height, mask.Width), ["counts"] = mask.Counts },
    };

    private static void Save(string path, JsonArray images, JsonArray annotations) => AtomicFile.Write(path, file =>
    {
        using var json = new Utf8JsonWriter(file);
        new JsonObject
        {
            ["info"] = new JsonObject(), ["images"] = images.DeepClone(), ["annotations"] = annotations.DeepClone(),
            ["categories"] = new JsonArray(new JsonObject { ["id"] = 1, ["name"] = "object" }),
        }.WriteTo(json);
    });

    /// <summary>The frame of a video that shows most, in words and masks: by colour, then shape, as in the captions of training, so that there is one right caption.</summary>
    private sealed record Still(string Id, RgbImage Picture, string Caption, IReadOnlyList<string> Phrases, IReadOnlyList<Rle> Masks)
    {
        public static Still Of(RefShapesVideo video)
        {
            var picture = new RgbImage(video.Width, video.Height);
            var owners = new byte[video.Width * video.Height];
            var frame = Enumerable.Range(0, (video.FrameCount + Stride - 1) / Stride).Select(i => i * Stride).MaxBy(Seen);
            video.Render(frame, picture.Pixels, owners);
            var pixels = video.VisiblePixels(owners);
            var seen = video.Objects.Where(one => pixels[one.Index] >= LeastSeen)
                .OrderBy(one => one.Colour).ThenBy(one => one.Shape).ThenBy(one => one.Texture).ThenBy(one => one.Size).ThenBy(one => one.Index).ToList();
            var phrases = seen.Select(one => "the " + Words.Singular(Description.Full(one))).ToList();
            var masks = seen.Select(one => RleCodec.Encode(Array.ConvertAll(owners, owner => owner == one.Index + 1 ? (byte)1 : (byte)0), video.Height, video.Width));
            return new Still(video.Id, picture, string.Join(", ", phrases) + ".", phrases, [.. masks]);

            int Seen(int at)
            {
                video.Render(at, picture.Pixels, owners);
                return video.VisiblePixels(owners).Count(count => count >= LeastSeen);
            }
        }
    }
}
