using System.Globalization;

namespace Sa2VA.Media;

/// <summary>The arguments that every call on an untrusted file has in common.</summary>
internal static class ToolArguments
{
    /// <summary>
    /// Containers that hold their own frames. Everything else stays out: playlists (hls, dash, concat), patterns of file names (image2),
    /// device and network formats, subtitles, scripts (lavfi), raw streams without timestamps.
    /// </summary>
    public const string Demuxers = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,ivf,nut,mxf,gif,yuv4mpegpipe";

    /// <summary>The options that must stand directly before <c>-i</c>, and the input itself.</summary>
    /// <remarks>The <c>file:</c> prefix and an absolute path keep names such as <c>-y</c>, <c>a:b</c> or <c>concat:x</c> what they are: names.</remarks>
    public static IEnumerable<string> Input(string path, MediaLimits limits) =>
    [
        "-protocol_whitelist", "file,pipe",
        "-format_whitelist", Demuxers,
        "-max_pixels", Text(limits.MaxPixels),
        "-i", "file:" + Path.GetFullPath(path),
    ];

    public static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
