using System.Globalization;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary><c>VIDEO/OBJECT/00000.png</c>: every tracked frame, whole, with all but the object transparent.</summary>
internal sealed class CutoutFormat(ExportFolder folder) : IExportFormat
{
    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        using var local = await ExportFrames.OpenAsync(video, cancellationToken);
        var info = await MediaProbe.ProbeAsync(local.Path, MediaLimits.Default, cancellationToken);
        await foreach (var (frame, step) in ExportFrames.ReadAsync(video, info, cancellationToken))
        {
            foreach (var mask in step.Masks)
            {
                var path = Path.Combine(folder.Path, video.Name, mask.ObjectId.ToString(CultureInfo.InvariantCulture), ExportFrames.NameOf(step) + ".png");
                if (keep && File.Exists(path)) continue;
                var pixels = Cut(frame.Image.Pixels, RleCodec.Decode(mask.Rle));
                ExportFiles.Write(path, stream => PngWriter.WriteRgba(stream, video.Width, video.Height, pixels));
            }

            frames.Report(step.Step + 1);
        }
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([folder.Path]);

    /// <summary>[H, W, 4]; what is transparent is black too, which compresses best.</summary>
    private static byte[] Cut(ReadOnlySpan<byte> rgb, ReadOnlySpan<byte> mask)
    {
        var pixels = new byte[mask.Length * 4];
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 0) continue;
            rgb.Slice(i * 3, 3).CopyTo(pixels.AsSpan(i * 4));
            pixels[i * 4 + 3] = byte.MaxValue;
        }

        return pixels;
    }
}
