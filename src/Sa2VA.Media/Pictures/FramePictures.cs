using System.Runtime.CompilerServices;

namespace Sa2VA.Media;

/// <summary>
/// Reads the JPEG and PNG files in which datasets keep frames, and WebP and BMP, upright as stored: like Pillow's <c>Image.open</c>, a note in a JPEG that asks
/// viewers to turn it is not followed. Transparency is composed over black.
/// </summary>
public static class FramePictures
{
    /// <summary>Width and height of a picture, from its header; nothing is decoded.</summary>
    /// <exception cref="MediaException">There is no such file, or it is no picture that can be read.</exception>
    public static (int Width, int Height) Size(string path, MediaLimits? limits = null)
    {
        var header = PictureHeader.Read(path, limits ?? MediaLimits.Default);
        return (header.Width, header.Height);
    }

    /// <summary>Reads one picture. A JPEG costs a process: for several, <see cref="ReadAsync(IReadOnlyList{string}, MediaLimits, CancellationToken)"/> is the way.</summary>
    /// <exception cref="MediaException">The file is missing, damaged or too large; the message names it.</exception>
    public static RgbImage Read(string path, MediaLimits? limits = null) => ReadOneAsync(path, limits ?? MediaLimits.Default).GetAwaiter().GetResult();

    /// <summary>
    /// Reads pictures in the order given, one ffmpeg process for a whole row of JPEGs of one size. They are pulled: the process waits when the
    /// consumer does. The caller disposes each picture. Leaving the loop or cancelling ends the process.
    /// </summary>
    /// <exception cref="MediaException">A file is missing, damaged or too large: the message names it, and the pictures before it have been delivered.</exception>
    public static IAsyncEnumerable<RgbImage> ReadAsync(IReadOnlyList<string> paths, MediaLimits limits, CancellationToken cancellationToken) =>
        ReadAsync(paths, limits, started: null, cancellationToken);

    internal static async IAsyncEnumerable<RgbImage> ReadAsync(
        IReadOnlyList<string> paths, MediaLimits limits, Action<int>? started, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var at = 0; at < paths.Count;)
        {
            var header = PictureHeader.Read(paths[at], limits);
            if (header.Kind == PictureKind.Png)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return PngReader.Read(paths[at++]).ToRgb();
                continue;
            }

            if (header.Kind != PictureKind.Jpeg)
            {
                yield return await StillDecoder.ReadAsync(paths[at++], header, limits, cancellationToken);
                continue;
            }

            var row = RowFrom(paths, at, header, limits);
            await foreach (var image in ReadRowAsync(row, header, limits, started, cancellationToken))
                yield return image;
            at += row.Count;
        }
    }

    /// <summary>The files from <paramref name="first"/> on that one decoder can read: up to the first of another kind or size, or that cannot be opened.</summary>
    private static List<string> RowFrom(IReadOnlyList<string> paths, int first, PictureHeader header, MediaLimits limits)
    {
        var row = new List<string> { paths[first] };
        for (var i = first + 1; i < paths.Count && HeaderOf(paths[i]) == header; i++)
            row.Add(paths[i]);
        return row;

        PictureHeader? HeaderOf(string path)
        {
            try
            {
                return PictureHeader.Read(path, limits);
            }
            catch (MediaException)
            {
                return null;                                       // thrown again when it is this file's turn
            }
        }
    }

    private static async IAsyncEnumerable<RgbImage> ReadRowAsync(
        List<string> row, PictureHeader header, MediaLimits limits, Action<int>? started, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var at = 0; at < row.Count;)
        {
            await using (var decoder = new JpegDecoder(row.Skip(at), header, limits, started))
            {
                while (at < row.Count && await decoder.TryReadAsync(row[at], cancellationToken) is { } image)
                {
                    at++;
                    yield return image;
                }
            }

            // The decoder works ahead, so the damaged picture may be this one or one of the next. Alone, it tells.
            if (at < row.Count)
                yield return await ReadAloneAsync(row[at++], header, limits, started, cancellationToken);
        }
    }

    private static async Task<RgbImage> ReadAloneAsync(
        string path, PictureHeader header, MediaLimits limits, Action<int>? started, CancellationToken cancellationToken)
    {
        await using var decoder = new JpegDecoder([path], header, limits, started);
        return await decoder.TryReadAsync(path, cancellationToken)
            ?? throw new MediaException(MediaErrorKind.Damaged, $"'{path}' cannot be decoded; copy it again. ffmpeg said: {decoder.Complaint}");
    }

    private static async Task<RgbImage> ReadOneAsync(string path, MediaLimits limits)
    {
        var header = PictureHeader.Read(path, limits);
        return header.Kind switch
        {
            PictureKind.Png => PngReader.Read(path).ToRgb(),
            PictureKind.Jpeg => await ReadAloneAsync(path, header, limits, started: null, CancellationToken.None),
            _ => await StillDecoder.ReadAsync(path, header, limits, CancellationToken.None),
        };
    }
}
