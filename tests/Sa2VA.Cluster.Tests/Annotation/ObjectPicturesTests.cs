using Sa2VA.Cluster.Annotation.Pictures;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Annotation;

public sealed class ObjectPicturesTests
{
    private const int Width = 40;
    private const int Height = 30;

    [Fact]
    public void The_contour_runs_around_the_object_and_covers_nothing_of_it()
    {
        using var image = Grey(Width, Height);
        ObjectOutline.Draw(image, Box(10, 8, 6, 5), thickness: 2);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var inside = x is >= 10 and < 16 && y is >= 8 and < 13;
                var near = x is >= 8 and < 18 && y is >= 6 and < 15;
                Assert.True(IsYellow(image, x, y) == (near && !inside), $"{x},{y}");
            }
        }
    }

    [Fact]
    public void Where_the_object_reaches_the_edge_the_contour_runs_inside_along_it()
    {
        using var image = Grey(Width, Height);
        ObjectOutline.Draw(image, Box(0, 0, Width, 10), thickness: 3);
        Assert.True(IsYellow(image, 0, 5) && IsYellow(image, 2, 5) && IsYellow(image, 20, 0) && IsYellow(image, Width - 1, 9));
        Assert.True(IsYellow(image, 20, 10) && IsYellow(image, 20, 12));
        Assert.False(IsYellow(image, 20, 5) || IsYellow(image, 3, 5) || IsYellow(image, 20, 13) || IsYellow(image, 20, Height - 1));
    }

    [Fact]
    public void An_object_that_is_not_there_is_not_outlined()
    {
        using var image = Grey(Width, Height);
        ObjectOutline.Draw(image, new byte[Width * Height], thickness: 3);
        Assert.Equal(-1, image.Pixels.IndexOfAnyExcept((byte)90));
    }

    [Theory]
    [InlineData(1920, 1080, 7)]
    [InlineData(1024, 576, 4)]
    [InlineData(480, 270, 2)]
    [InlineData(64, 48, 2)]
    [InlineData(8000, 6000, 10)]
    public void The_contour_is_as_wide_as_the_picture_needs(int width, int height, int expected) => Assert.Equal(expected, ObjectOutline.Thickness(width, height));

    [Fact]
    public void A_cutout_shows_the_object_with_a_margin_and_grey_around_it()
    {
        using var frame = Grey(Width, Height);
        Assert.Equal(new PixelBox(2, 0, 26, 21), ObjectPictures.CropOf(Box(10, 8, 10, 5), Width, Height));
        using var cutout = ObjectPictures.Cutout(frame, Box(10, 8, 10, 5), maxSide: 1024);
        Assert.Equal((448, 362), (cutout.Width, cutout.Height));
        Assert.Equal(128, cutout.Pixels[0]);
        Assert.Equal(90, cutout.Row((8 + 2) * 362 / 21)[(13 - 2) * 448 / 26 * 3]);
        using var small = ObjectPictures.Cutout(frame, Box(10, 8, 10, 5), maxSide: 224);
        Assert.Equal(224, small.Width);
    }

    [Fact]
    public void A_large_frame_is_made_smaller_and_its_contour_stays_sharp()
    {
        using var frame = Grey(400, 300);
        using var picture = ObjectPictures.Outlined(frame, Box(200, 150, 1, 1, 400, 300), maxSide: 100);
        Assert.Equal((100, 75), (picture.Width, picture.Height));
        // One pixel of sixteen is the object: it is still there, and around it only yellow and the ground.
        Assert.False(IsYellow(picture, 50, 37));
        Assert.Equal(24, Enumerable.Range(0, 100 * 75).Count(place => IsYellow(picture, place % 100, place / 100)));
    }

    private static bool IsYellow(RgbImage image, int x, int y) => image.Row(y).Slice(x * 3, 3).SequenceEqual((byte[])[255, 255, 0]);

    private static RgbImage Grey(int width, int height)
    {
        var image = new RgbImage(width, height);
        image.Pixels.Fill(90);
        return image;
    }

    private static byte[] Box(int left, int top, int across, int down, int width = Width, int height = Height)
    {
        var mask = new byte[width * height];
        for (var y = top; y < top + down; y++) mask.AsSpan(y * width + left, across).Fill(1);
        return mask;
    }
}
