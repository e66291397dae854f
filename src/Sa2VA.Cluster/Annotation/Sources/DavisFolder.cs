using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;

namespace Sa2VA.Cluster.Annotation.Sources;

/// <summary>
/// A folder as DAVIS and YouTube-VOS are unpacked: <c>JPEGImages/VIDEO/</c> beside <c>Annotations/VIDEO/</c>, or with a folder for the resolution between
/// (<c>480p</c>).
/// </summary>
internal static class DavisFolder
{
    private const string Masks = "Annotations";
    private const string Frames = "JPEGImages";
    private const string Usual = "480p";

    public static bool Recognises(string folder) => Directory.Exists(Path.Combine(folder, Masks)) && Directory.Exists(Path.Combine(folder, Frames));

    /// <summary>All videos that have masks.</summary>
    public static async IAsyncEnumerable<ExportVideo> ReadAsync(string folder, ExportNames names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (masks, frames) = (Path.Combine(folder, Masks), Path.Combine(folder, Frames));
        if (ResolutionIn(masks) is { } resolution) (masks, frames) = (Path.Combine(masks, resolution), Path.Combine(frames, resolution));
        foreach (var video in Directory.EnumerateDirectories(masks).Order(StringComparer.Ordinal))
            yield return await PaletteVideo.OpenAsync(names.Take(Path.GetFileName(video) + ".mp4"), Path.Combine(frames, Path.GetFileName(video)), video, cancellationToken);
    }

    private static string? ResolutionIn(string masks)
    {
        var inside = Directory.EnumerateDirectories(masks).Where(one => !Directory.EnumerateFiles(one, "*.png").Any() && Directory.EnumerateDirectories(one).Any())
            .Select(one => Path.GetFileName(one)).Order(StringComparer.Ordinal).ToList();
        return inside.Contains(Usual) ? Usual : inside.FirstOrDefault();
    }
}
