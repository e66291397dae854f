using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Annotation.Sources;

/// <summary>A video with masks as DAVIS has them: a palette or grey picture per frame, in which a pixel is the number of its object.</summary>
internal static class PaletteVideo
{
    // 255 is "do not care" to DAVIS's tools.
    private const int Most = 254;

    /// <summary>Looks at all pictures for the objects in them.</summary>
    /// <param name="name">Of the video in what is written.</param>
    /// <param name="video">A video file, or a folder of frames.</param>
    /// <param name="folder">The masks. They are named as the frames are: by the pictures' names, or in a file by the frames' numbers.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ExportException">The pictures are not such masks, or do not fit the video.</exception>
    /// <exception cref="MediaException">A picture or the video cannot be read.</exception>
    public static async Task<ExportVideo> OpenAsync(string name, string video, string folder, CancellationToken cancellationToken)
    {
        var info = await MediaProbe.ProbeAsync(video, MediaLimits.Default, cancellationToken);
        var files = Frames(video, folder, info);
        var ids = new SortedSet<int>();
        foreach (var (_, file) in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ids.UnionWith(Read(file, info).Pixels.Where(number => number is > 0 and <= Most).Select(number => (int)number));
        }

        if (ids.Count == 0) throw new ExportException($"No picture in '{folder}' has an object: all pixels are 0 or 255.");
        return new ExportVideo
        {
            Name = name,
            Width = info.Width,
            Height = info.Height,
            Objects = [.. ids.Select((id, place) => new ExportObject(id, place, $"object {id}", Answer: null, IsAbsent: false))],
            Fingerprint = folder,
            ReadAsync = stop => ReadAsync(files, [.. ids], info, stop),
            OpenAsync = _ => Task.FromResult(new LocalVideo(video)),
        };
    }

    private static List<(int Frame, string File)> Frames(string video, string folder, VideoInfo info)
    {
        var places = Directory.Exists(video) ? VideoFiles.Of(video).Index().ToDictionary(one => Path.GetFileNameWithoutExtension(one.Item), one => one.Index, StringComparer.Ordinal) : null;
        if (!Directory.Exists(folder)) throw new ExportException($"There is no folder '{folder}' of masks.");
        var files = new List<(int Frame, string File)>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.png"))
        {
            var stem = Path.GetFileNameWithoutExtension(file);
            if (stem.StartsWith('.')) continue;
            var frame = places is not null ? places.GetValueOrDefault(stem, -1) : int.TryParse(stem, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : -1;
            if (frame < 0 || frame >= info.FrameCount)
            {
                throw new ExportException(places is not null
                    ? $"'{file}' is named like no frame in '{video}'. Masks have the names of the frames that they belong to."
                    : $"'{file}' is named like no frame of '{video}', which has frames 0 to {info.FrameCount - 1}. Name masks by the numbers of their frames: 00000.png.");
            }

            files.Add((frame, file));
        }

        files.Sort();
        return files.Count > 0 ? files : throw new ExportException($"'{folder}' has no PNG file.");
    }

    private static async IAsyncEnumerable<StoredStep> ReadAsync(List<(int Frame, string File)> files, int[] ids, VideoInfo info, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (step, (frame, file)) in files.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var picture = Read(file, info);
            var pts = info.Frames.Pts(frame);
            yield return new StoredStep(step, frame, pts, info.Seconds(pts), [.. ids.Select(id => new StoredMask(id, RleCodec.Encode(picture.ToMask(id), info.Height, info.Width), 0, 0))]);
        }
    }

    private static PngImage Read(string file, VideoInfo info)
    {
        var picture = PngReader.Read(file);
        if (picture.Channels != 1)
            throw new ExportException($"'{file}' has colours instead of numbers of objects; a palette or grey picture is expected.");
        return picture.Width == info.Width && picture.Height == info.Height
            ? picture
            : throw new ExportException($"'{file}' is {picture.Width}x{picture.Height}; '{info.Path}' is {info.Width}x{info.Height}.");
    }
}
