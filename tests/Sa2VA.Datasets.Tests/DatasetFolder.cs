using System.Diagnostics;
using System.Text.Json;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests;

/// <summary>A dataset written by a test. Frames are 6 x 4 PNG pictures in which the value of every byte is the frame's number.</summary>
public sealed class DatasetFolder : IDisposable
{
    public const int Width = 6;
    public const int Height = 4;

    private readonly TemporaryFolder _folder = new();

    public string Root => _folder.FullPath;

    public string At(params string[] parts) => _folder.File(parts);

    public string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        return At(path);
    }

    public string Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), bytes);
        return At(path);
    }

    public string WriteJson(string path, object value) => Write(path, JsonSerializer.Serialize(value));

    /// <summary>Writes the pictures 00000.png, 00001.png and so on.</summary>
    public void Frames(string folder, int count)
    {
        for (var i = 0; i < count; i++)
            Picture($"{folder}/{i:00000}.png", i);
    }

    public void Picture(string path, int value, int width = Width, int height = Height)
    {
        using var image = new RgbImage(width, height);
        image.Pixels.Fill((byte)value);
        using var file = new MemoryStream();
        PngWriter.WriteRgb(file, image);
        Write(path, file.ToArray());
    }

    /// <summary>Writes a palette picture, one character a pixel: '.' is the background, a digit an object.</summary>
    public void Palette(string path, params string[] rows)
    {
        using var file = new MemoryStream();
        PngWriter.WriteIndexed(file, rows[0].Length, rows.Length, [.. rows.SelectMany(r => r).Select(c => c == '.' ? (byte)0 : (byte)(c - '0'))]);
        Write(path, file.ToArray());
    }

    /// <summary>JPEG pictures of a moving pattern, as published sets have them.</summary>
    public void Jpegs(string folder, int count)
    {
        Directory.CreateDirectory(At(folder));
        var start = new ProcessStartInfo(
            MediaTools.Ffmpeg,
            ["-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=s={Width * 16}x{Height * 16}", "-frames:v", $"{count}", "-start_number", "0", At(folder, "%05d.jpg")])
        {
            UseShellExecute = false, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    /// <summary>A mask drawn with characters, one row a string; '.' is not set.</summary>
    public static Rle Mask(params string[] rows) =>
        RleCodec.Encode([.. rows.SelectMany(r => r).Select(c => c == '.' ? (byte)0 : (byte)1)], rows.Length, rows[0].Length);

    /// <summary>A mask of the videos' size in which one column is set.</summary>
    public static Rle Column(int x) => Mask([.. Enumerable.Repeat(new string('.', x) + "#" + new string('.', Width - 1 - x), Height)]);

    public static Rle Nothing => RleCodec.Empty(Height, Width);

    /// <summary>As COCO tools write it.</summary>
    public static object Json(Rle rle) => new { size = new[] { rle.Height, rle.Width }, counts = rle.Counts };

    public static string[] FrameNames(int count) => [.. Enumerable.Range(0, count).Select(i => $"{i:00000}")];

    public void Dispose() => _folder.Dispose();
}
