using System.IO.Compression;
using Sa2VA.Cluster.Results;
using Sa2VA.Evaluation.RefShapes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Bytes of a stored mask beside those of a PNG file: of what Ref-Shapes' sentences mean, and of one large object that moves.</summary>
internal static class MaskSizeBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var clips = RefShapes(arguments.Number("videos", 64)).ToList();
        Print("Ref-Shapes val 192x144, all masks", clips);
        Print("Ref-Shapes val 192x144, masks of something", [.. clips.Select(clip => clip.Where(mask => RleCodec.Area(mask) > 0).ToArray()).Where(clip => clip.Length > 0)]);
        foreach (var (height, width) in new[] { (270, 480), (480, 854), (1080, 1920) })
            Print($"a wavy disk {width}x{height}", [MovingDisk.Clip(height, width, frames: 128, shift: 0)]);
    }

    private static IEnumerable<Rle[]> RefShapes(int videos)
    {
        var cache = Directory.CreateTempSubdirectory("sa2va-benchmark-");
        try
        {
            foreach (var video in new RefShapesDataset("val", cache.FullName).Videos.Take(videos))
            {
                foreach (var expression in video.Expressions)
                    yield return [.. Enumerable.Range(0, video.FrameNames.Count).Select(frame => video.Truth(expression, frame))];
            }
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    private static void Print(string what, IReadOnlyList<Rle[]> clips)
    {
        long masks = clips.Sum(clip => clip.Length);
        var blocks = clips.Sum(BlockBytes);
        var palette = clips.Sum(clip => clip.Sum(PalettePngBytes));
        var bits = clips.Sum(clip => clip.Sum(OneBitPngBytes));
        Console.WriteLine(
            $"{what}: {masks} masks, {(double)blocks / masks:F0} bytes each in blocks; as PNG {(double)bits / masks:F0} with one bit a pixel ({(double)bits / blocks:F1} times as much), {(double)palette / masks:F0} with DAVIS's palette ({(double)palette / blocks:F1} times)");
    }

    private static long BlockBytes(Rle[] clip)
        => MaskBlocks.Of(clip).Sum(block => (long)MaskBlockFormat.Encode(block).Length);

    private static long PalettePngBytes(Rle mask)
    {
        using var file = new MemoryStream();
        PngWriter.WriteIndexed(file, mask.Width, mask.Height, RleCodec.Decode(mask));
        return file.Length;
    }

    /// <summary>The smallest PNG of a mask: signature, header, end and the packed rows, which deflate takes without a filter.</summary>
    private static long OneBitPngBytes(Rle mask)
    {
        const int signatureAndHeader = 8 + 25;
        const int chunk = 12;
        var pixels = RleCodec.Decode(mask);
        var stride = 1 + (mask.Width + 7) / 8;
        var rows = new byte[mask.Height * stride];
        for (var p = 0; p < pixels.Length; p++)
        {
            var (y, x) = (p / mask.Width, p % mask.Width);
            rows[y * stride + 1 + x / 8] |= (byte)(pixels[p] << (7 - x % 8));
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(rows);
        return signatureAndHeader + chunk + packed.Length + chunk;
    }
}
