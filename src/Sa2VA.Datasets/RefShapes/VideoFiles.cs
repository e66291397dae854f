using System.Globalization;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>The files of one video: its frames as JPEG, the video as MP4, its masks as palette pictures. Those that are there already stay.</summary>
internal static class VideoFiles
{
    public static string FrameName(int frame) => frame.ToString("00000", CultureInfo.InvariantCulture);

    /// <summary>Writes what is missing, and adds the masks to <paramref name="masks"/>.</summary>
    public static async Task WriteAsync(
        RefShapesVideo video, string folder, RefShapesWriteOptions options, MaskDictionaryFile? masks, Action frameDone, CancellationToken cancellationToken)
    {
        await using var clip = ClipOf(video, folder, options);
        var annotations = options.Layouts.HasFlag(RefShapesLayouts.RefYoutubeVos) ? AnnotationsOf(video, folder) : null;
        List<Rle?>[] runs = [.. video.Objects.Select(_ => new List<Rle?>())];
        var rgb = new byte[video.Width * video.Height * 3];
        var owners = new byte[video.Width * video.Height];
        for (var frame = 0; frame < video.FrameCount; frame++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            video.Render(frame, rgb, owners);
            if (clip is not null)
                await clip.WriteAsync(rgb, cancellationToken);
            if (annotations is not null)
            {
                using var png = File.Create(Path.Combine(annotations + ".partial", FrameName(frame) + ".png"));
                PngWriter.WriteIndexed(png, video.Width, video.Height, owners);
            }

            if (masks is not null)
                Encode(video, owners, runs);
            frameDone();
        }

        if (annotations is not null)
            Directory.Move(annotations + ".partial", annotations);
        if (clip is not null)
            await clip.CompleteAsync(cancellationToken);
        for (var i = 0; i < runs.Length; i++)
            masks?.Add(AnnotationOf(video, i), runs[i]);
    }

    /// <summary>The id of an object's masks in the split.</summary>
    public static int AnnotationOf(RefShapesVideo video, int index) => checked(video.Index * RefShapesVideo.MaxObjects + index);

    /// <summary>One mask per object; null where fewer than one pixel is seen.</summary>
    public static void Encode(RefShapesVideo video, ReadOnlySpan<byte> owners, List<Rle?>[] runs)
    {
        var pixels = video.VisiblePixels(owners);
        var mask = new byte[owners.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            if (pixels[i] == 0)
            {
                runs[i].Add(null);
                continue;
            }

            for (var p = 0; p < mask.Length; p++) mask[p] = owners[p] == i + 1 ? (byte)1 : (byte)0;
            runs[i].Add(RleCodec.Encode(mask, video.Height, video.Width));
        }
    }

    private static ClipWriter? ClipOf(RefShapesVideo video, string folder, RefShapesWriteOptions options)
    {
        var pictures = Path.Combine(folder, "JPEGImages", video.Id);
        var mp4 = Path.Combine(folder, "videos", video.Id + ".mp4");
        var outputs = new ClipOutputs(Directory.Exists(pictures) ? null : pictures, !options.Mp4 || File.Exists(mp4) ? null : mp4);
        if (outputs is { PictureFolder: null, Video: null })
            return null;
        Directory.CreateDirectory(Path.GetDirectoryName(pictures)!);
        if (options.Mp4)
            Directory.CreateDirectory(Path.GetDirectoryName(mp4)!);
        return ClipWriter.Start(outputs, video.Width, video.Height, video.FramesPerSecond, MediaLimits.Default);
    }

    /// <summary>The folder for the palette pictures, with an empty one beside it to write to; null when it is there already.</summary>
    private static string? AnnotationsOf(RefShapesVideo video, string folder)
    {
        var annotations = Path.Combine(folder, "Annotations", video.Id);
        if (Directory.Exists(annotations))
            return null;
        if (Directory.Exists(annotations + ".partial"))
            Directory.Delete(annotations + ".partial", recursive: true);
        Directory.CreateDirectory(annotations + ".partial");
        return annotations;
    }
}
