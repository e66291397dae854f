using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class RefShapesCaptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Stills_captions_phrases_and_masks_belong_together()
    {
        var options = new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = _folder.FullPath, Videos = 5 };
        var (images, phrases) = RefShapesCaptions.Write(options, progress: null, TestContext.Current.CancellationToken);
        var dataset = GcgOpener.Open(_folder.FullPath);
        Assert.Equal(("gcg/val", 5, 0), (dataset.Name, images, dataset.UncaptionedMasks));
        Assert.Equal(images, dataset.Images.Count);
        Assert.Equal(phrases, dataset.Images.Sum(image => image.Masks.Count));
        foreach (var image in dataset.Images)
        {
            var caption = Assert.Single(image.Captions);
            Assert.Equal(image.Masks.Count, caption.Phrases.Count);
            Assert.Equal(string.Join(", ", caption.Phrases) + ".", caption.Text);
            Assert.All(caption.Phrases, phrase => Assert.Matches("^the (small|large) [a-z]+ (plain|striped|dotted|checkered) [a-z]+$", phrase));
            using var picture = FramePictures.Read(image.Picture);
            foreach (var (mask, phrase) in image.Masks.Zip(caption.Phrases))
            {
                Assert.Equal((picture.Width, picture.Height), (mask.Mask.Width, mask.Mask.Height));
                var pixels = Pixels(mask.Mask).ToList();
                Assert.InRange(pixels.Count, 12, picture.Width * picture.Height / 2);
                // What is called red is red where its mask is.
                if (phrase.Contains(" red ", StringComparison.Ordinal))
                    Assert.True(pixels.Average(pixel => (double)picture.Pixels[pixel * 3]) > pixels.Average(pixel => (double)picture.Pixels[pixel * 3 + 2]) + 40);
            }
        }
    }

    [Fact]
    public void As_many_videos_as_there_are()
    {
        var options = new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = _folder.FullPath, Videos = 65 };
        Assert.Contains("has 64 videos", Assert.Throws<DatasetException>(() => RefShapesCaptions.Write(options, progress: null, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Pixels(Rle mask)
    {
        var pixels = RleCodec.Decode(mask);
        return Enumerable.Range(0, pixels.Length).Where(i => pixels[i] == 1);
    }
}
