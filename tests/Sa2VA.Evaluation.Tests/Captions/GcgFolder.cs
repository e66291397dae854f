using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Captions;

/// <summary>A small dataset of captions in the official layout: pictures of bright boxes on a dark wall.</summary>
internal sealed class GcgFolder : IDisposable
{
    public const int Side = 48;

    private static readonly (string Id, string Caption, (string Phrase, int X, int Y, int Width)[] Boxes)[] Pictures =
    [
        ("one", "A red box stands left of a small blue box.", [("A red box", 4, 4, 16), ("a small blue box", 30, 6, 8)]),
        ("two", "There is a green box in the middle of the wall.", [("a green box", 16, 16, 16)]),
        ("three", "Two boxes: the yellow one is above the white one.", [("the yellow one", 8, 4, 12), ("the white one", 8, 28, 12)]),
    ];

    private readonly TemporaryFolder _folder = new();

    public GcgFolder()
    {
        Directory.CreateDirectory(At("images"));
        foreach (var picture in Pictures)
        {
            using var image = new RgbImage(Side, Side);
            foreach (var (_, x, y, width) in picture.Boxes)
            {
                for (var row = y; row < y + width; row++) image.Row(row).Slice(x * 3, width * 3).Fill(200);
            }

            using var file = File.Create(At("images", picture.Id + ".png"));
            PngWriter.WriteRgb(file, image);
        }

        Write("val_gcg_coco_caption_gt.json", Pictures.Select((picture, i) => (object)new { id = i, image_id = picture.Id, caption = picture.Caption, labels = picture.Boxes.Select(box => box.Phrase) }));
        Write("val_gcg_coco_mask_gt.json", Pictures.SelectMany(picture => picture.Boxes.Select(box => (object)new
        {
            image_id = picture.Id, category_id = 1, iscrowd = 0, area = box.Width * box.Width, segmentation = new { size = new[] { Side, Side }, counts = Box(box.X, box.Y, box.Width).Counts },
        })));
        Dataset = GcgOpener.Open(_folder.FullPath);
    }

    public GcgDataset Dataset { get; }

    /// <summary>What is said about each picture is what the dataset says.</summary>
    public GivenCaptions Perfect => new(Dataset.Images.ToDictionary(
        image => image.Id, image => new CaptionPrediction(image.Captions[0].Text, image.Captions[0].Phrases, [.. image.Masks.Select(mask => mask.Mask)])));

    public static Rle Box(int x, int y, int width)
    {
        var pixels = new byte[Side * Side];
        for (var row = y; row < y + width; row++) pixels.AsSpan(row * Side + x, width).Fill(1);
        return RleCodec.Encode(pixels, Side, Side);
    }

    public string At(params string[] parts) => _folder.File(parts);

    public void Dispose() => _folder.Dispose();

    private void Write(string name, IEnumerable<object> annotations) => File.WriteAllText(
        At(name), JsonSerializer.Serialize(new { images = Pictures.Select(picture => new { id = picture.Id, width = Side, height = Side }), annotations }));
}

/// <summary>Captions that a test makes up.</summary>
internal sealed class GivenCaptions(IReadOnlyDictionary<string, CaptionPrediction> captions) : ICaptionPredictions
{
    public IReadOnlyDictionary<string, CaptionPrediction> Captions => captions;

    public string Name => "given";

    public Task<CaptionPrediction?> ReadAsync(GcgImage image, CancellationToken cancellationToken) => Task.FromResult(captions.GetValueOrDefault(image.Id));

    /// <summary>The same with another caption of one picture, or none.</summary>
    public GivenCaptions With(string id, CaptionPrediction? said)
    {
        var changed = captions.Where(one => one.Key != id).ToDictionary(one => one.Key, one => one.Value);
        if (said is not null) changed[id] = said;
        return new GivenCaptions(changed);
    }
}
