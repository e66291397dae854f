using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Media;

namespace Sa2VA.Evaluation.Tests.Reports;

public sealed class SmallPngTests
{
    [Fact]
    public void Few_colours_are_kept_within_the_cell_they_are_counted_in()
    {
        using var image = new RgbImage(4, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
        AssertClose(image, tolerance: 4);
    }

    [Fact]
    public void One_colour_is_a_picture_too()
    {
        using var image = new RgbImage(3, 2);
        image.Pixels.Fill(200);
        AssertClose(image, tolerance: 4);
    }

    [Fact]
    public void Many_colours_are_approximated_in_a_third_of_the_bytes()
    {
        using var image = new RgbImage(64, 64);
        new Random(1).NextBytes(image.Pixels);
        var small = SmallPng.Write(image);
        using var read = PngReader.Read(small, "small").ToRgb();
        Assert.InRange(Enumerable.Range(0, image.ByteCount).Average(i => Math.Abs(read.Pixels[i] - image.Pixels[i])), 0, 24);
        using var full = new MemoryStream();
        PngWriter.WriteRgb(full, image);
        Assert.InRange(small.Length, 1, full.Length / 3 + 300);
    }

    private static void AssertClose(RgbImage image, int tolerance)
    {
        using var read = PngReader.Read(SmallPng.Write(image), "small").ToRgb();
        Assert.Equal((image.Width, image.Height), (read.Width, read.Height));
        for (var i = 0; i < image.ByteCount; i++) Assert.InRange(read.Pixels[i], image.Pixels[i] - tolerance, image.Pixels[i] + tolerance);
    }
}
