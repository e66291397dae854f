using System.Text;

namespace Sa2VA.Media;

/// <summary>
/// Looks at a path and at the first bytes of a file before any tool does, so that the common mistakes get an answer a person can use
/// and the hostile inputs never reach a parser. The demuxer and protocol allow-lists stand behind it.
/// </summary>
internal static class InputGuard
{
    private const int HeadBytes = 4096;

    /// <summary>Throws unless <paramref name="path"/> is a readable, regular, non-empty file that could be a video.</summary>
    public static void Check(string path, MediaLimits limits) =>
        CheckHead(path, Head(path, limits.MaxFileBytes, nameof(MediaLimits.MaxFileBytes)));

    /// <summary>Throws unless <paramref name="path"/> is a readable, regular, non-empty file that begins as the pictures do that are read.</summary>
    public static void CheckPicture(string path, MediaLimits limits)
    {
        var head = Head(path, limits.MaxPictureBytes, nameof(MediaLimits.MaxPictureBytes));
        if (ImageName(head) is not ("PNG" or "JPEG" or "WebP" or "BMP"))
            throw new MediaException(MediaErrorKind.NotVideo, $"'{path}' is not a JPEG, PNG, WebP or BMP picture, whatever its name says. Convert it first: ffmpeg -i IN OUT.png");
    }

    private static byte[] Head(string path, long maxBytes, string limit)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new MediaException(MediaErrorKind.NotFound, "The path of the video contains a NUL character.");
        if (!File.Exists(path))
            throw Missing(path);

        try
        {
            // Devices, FIFOs and sockets report a length of 0 and are never opened.
            var length = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target.Length : new FileInfo(path).Length;
            if (length == 0)
                throw new MediaException(MediaErrorKind.Empty, $"'{path}' is empty (0 bytes, or not a regular file).");
            if (length > maxBytes)
            {
                throw new MediaException(MediaErrorKind.LimitExceeded,
                    $"'{path}' has {length:N0} bytes; at most {maxBytes:N0} are accepted (MediaLimits.{limit}).");
            }

            using var file = File.OpenRead(path);
            var head = new byte[HeadBytes];
            return head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new MediaException(MediaErrorKind.AccessDenied, $"'{path}' cannot be read: {e.Message}", innerException: e);
        }
    }

    /// <summary>Whether a file begins as MP4 and QuickTime files do: with one of the usual boxes.</summary>
    public static bool IsMp4(string path)
    {
        Span<byte> head = stackalloc byte[8];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8
            && Encoding.ASCII.GetString(head[4..]) is "ftyp" or "moov" or "mdat" or "free" or "skip" or "wide";
    }

    private static MediaException Missing(string path)
    {
        if (Directory.Exists(path))
            return new(MediaErrorKind.NotFound, $"'{path}' is a folder; a file is expected.");
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 1 ? path[..colon] : "";
        return scheme.Length > 0 && scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or ',')
            ? new(MediaErrorKind.Forbidden,
                $"'{(path.Length > 120 ? path[..120] + "..." : path)}' looks like a '{scheme}:' address. Only local files are read: download it first and give the file's path.")
            : new(MediaErrorKind.NotFound, $"There is no file '{path}'.");
    }

    private static void CheckHead(string path, ReadOnlySpan<byte> head)
    {
        if (ImageName(head) is { } image)
            throw new MediaException(MediaErrorKind.NotVideo, $"'{path}' is a still image ({image}); a video is expected. Pictures are read when they are JPEG, PNG, WebP or BMP and named so.");

        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        var trimmed = text.TrimStart(" \t\r\n"u8);
        if (trimmed.StartsWith("#EXTM3U"u8) || trimmed.StartsWith("ffconcat"u8) || trimmed.StartsWith("<MPD"u8) || trimmed.StartsWith("v=0"u8)
            || trimmed.StartsWith("[playlist]"u8) || trimmed.StartsWith("#EXT-X-"u8) || LooksLikeConcat(trimmed) || trimmed.IndexOf("<MPD"u8) is >= 0 and < 1024)
        {
            throw new MediaException(MediaErrorKind.Forbidden,
                $"'{path}' is a playlist: it names other files or addresses, and those are not followed. Give the video file itself.");
        }

        if (IsText(text))
            throw new MediaException(MediaErrorKind.NotVideo, $"'{path}' is a text file; a video is expected.");
    }

    private static bool LooksLikeConcat(ReadOnlySpan<byte> head) =>
        (head.StartsWith("file "u8) || head.StartsWith("file\t"u8)) && IsText(head);

    private static string? ImageName(ReadOnlySpan<byte> head) => head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "PNG",
        [0xFF, 0xD8, 0xFF, ..] => "JPEG",
        [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, ..] => "BMP",
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => "TIFF",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "WebP",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] when IsStillBrand(head) => "HEIF/AVIF",
        _ => null,
    };

    private static bool IsStillBrand(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && Encoding.ASCII.GetString(head.Slice(8, 4)) is "heic" or "heix" or "mif1" or "avif";

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        // yuv4mpeg begins with a line of text and is a video.
        if (head.StartsWith("YUV4MPEG2"u8))
            return false;
        foreach (var b in head)
        {
            if (b is < 9 or (> 13 and < 32) or 127)
                return false;
        }

        return true;
    }
}
