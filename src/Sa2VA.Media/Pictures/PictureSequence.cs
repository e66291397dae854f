using System.Runtime.CompilerServices;

namespace Sa2VA.Media;

/// <summary>
/// Pictures that are read as a video: those of a folder in the order of their names, or a single one. Frame <c>i</c> is shown at
/// <c>i / 24</c> seconds.
/// </summary>
internal sealed class PictureSequence
{
    /// <summary>Frames a second; what cinema uses, and what video benchmarks made of stills suppose.</summary>
    public const int Rate = 24;

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    // Pictures, but nothing that frames are kept in.
    private static readonly string[] StillExtensions = [".webp", ".bmp"];
    private readonly string _path;

    private PictureSequence(string path, IReadOnlyList<string> files) => (_path, Files) = (path, files);

    /// <summary>The pictures in the order of time.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The pictures that <paramref name="path"/> stands for; null when it is a file that is not named like a picture, or nothing.</summary>
    /// <exception cref="MediaException">It is a folder without pictures, or with pictures whose order is in doubt.</exception>
    public static PictureSequence? Find(string path, MediaLimits limits)
    {
        if ((IsPicture(path) || StillExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)) && File.Exists(path))
            return new PictureSequence(path, [path]);
        if (!Directory.Exists(path))
            return null;
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(path).Where(IsPicture).OrderBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new MediaException(MediaErrorKind.AccessDenied, $"The folder '{path}' cannot be listed: {e.Message}", innerException: e);
        }

        if (files.Length == 0)
            throw new MediaException(MediaErrorKind.NotFound, $"'{path}' is a folder without a JPEG or PNG picture. Give a video file, or a folder of frames.");
        if (files.Length > limits.MaxFrames)
        {
            throw new MediaException(MediaErrorKind.LimitExceeded,
                $"'{path}' has {files.Length:N0} pictures; at most {limits.MaxFrames:N0} are accepted (MediaLimits.MaxFrames).");
        }

        PictureNames.CheckOrder(path, files);
        return new PictureSequence(path, files);
    }

    /// <summary>Looks at every picture's header.</summary>
    /// <exception cref="MediaException">One cannot be read, or has another size than the first; the message names it.</exception>
    public VideoInfo Probe(MediaLimits limits, CancellationToken cancellationToken)
    {
        var first = PictureHeader.Read(Files[0], limits);
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var file in Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var header = PictureHeader.Read(file, limits);
            kinds.Add(header.Kind switch { PictureKind.Png => "png", PictureKind.Jpeg => "mjpeg", PictureKind.WebP => "webp", _ => "bmp" });
            if ((header.Width, header.Height) != (first.Width, first.Height))
            {
                throw new MediaException(MediaErrorKind.Unsupported,
                    $"'{file}' is {header.Width}x{header.Height}, and '{Files[0]}' is {first.Width}x{first.Height}; the frames of a video must have one size. " +
                    "Scale it, or take it out of the folder.");
            }

            bytes += new FileInfo(file).Length;
        }

        if (bytes > limits.MaxFileBytes)
        {
            throw new MediaException(MediaErrorKind.LimitExceeded,
                $"The pictures of '{_path}' have {bytes:N0} bytes; at most {limits.MaxFileBytes:N0} are accepted (MediaLimits.MaxFileBytes).");
        }

        var duration = Files.Count / (double)Rate;
        return new VideoInfo(_path, first.Width, first.Height, Rotation: 0, duration, Files.Count, new Rational(Rate, 1), new Rational(1, Rate),
            string.Join(',', kinds), "rgb24", "pictures")
        {
            Frames = new FrameTable([.. Enumerable.Range(0, Files.Count).Select(i => (long)i)], [], isExact: true),
            StreamIndex = 0,
            NominalRate = Rate,
            IsStill = File.Exists(_path),
        };
    }

    /// <summary>Delivers the selected frames, as <see cref="VideoReader.ReadAsync"/> promises.</summary>
    public async IAsyncEnumerable<VideoFrame> ReadAsync(
        VideoInfo info, IReadOnlyList<int> wanted, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Files.Count != info.FrameCount)
        {
            throw new MediaException(MediaErrorKind.Damaged,
                $"'{_path}' had {info.FrameCount} pictures when it was looked at and has {Files.Count} now. Leave the folder alone while it is read.", frame: 0);
        }

        await using var pictures = FramePictures.ReadAsync([.. wanted.Select(i => Files[i])], options.Limits, options.DecoderStarted, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        foreach (var index in wanted)
        {
            var image = await NextAsync(pictures, index);
            if ((image.Width, image.Height) != (info.Width, info.Height))
            {
                using (image)
                    throw new MediaException(MediaErrorKind.Damaged, $"'{Files[index]}' is {image.Width}x{image.Height} now; it was {info.Width}x{info.Height} when it was looked at.", index);
            }

            yield return new VideoFrame(index, index, info.Seconds(index), image);
        }
    }

    private static bool IsPicture(string path) =>
        Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase) && Path.GetFileName(path)[0] != '.';

    private static async Task<RgbImage> NextAsync(IAsyncEnumerator<RgbImage> pictures, int index)
    {
        try
        {
            return await pictures.MoveNextAsync()
                ? pictures.Current
                : throw new InvalidOperationException($"The reader of pictures ended before frame {index}.");
        }
        catch (MediaException e) when (e.Frame is null)
        {
            throw new MediaException(e.Kind, e.Message, index, e);
        }
    }
}
