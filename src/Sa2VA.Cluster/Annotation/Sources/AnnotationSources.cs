using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;

namespace Sa2VA.Cluster.Annotation.Sources;

/// <summary>Finds videos with masks, whichever way they lie on disk.</summary>
public static class AnnotationSources
{
    private const string MasksFile = "masks.json";

    // Names are those of files: what follows the last point is taken off.
    private const string FileEnding = ".mp4";

    /// <summary>The videos of some paths.</summary>
    /// <param name="paths">
    /// Folders that <c>sa2va run</c> wrote, their <c>masks.json</c>, folders of such folders, folders of SA-V, or folders as DAVIS is unpacked.
    /// </param>
    /// <param name="video">Where the video is, when there is one path, of a run; null to look beside the results.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ExportException">A path is none of these.</exception>
    public static async IAsyncEnumerable<ExportVideo> ReadAsync(IReadOnlyList<string> paths, string? video, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var names = new ExportNames();
        var runs = new List<string>();
        foreach (var path in paths)
        {
            if (!Directory.Exists(path) || File.Exists(Path.Combine(path, MasksFile)))
            {
                runs.Add(path);
                continue;
            }

            if (SavFolder.Recognises(path) || DavisFolder.Recognises(path))
            {
                var found = SavFolder.Recognises(path) ? SavFolder.ReadAsync(path, names, cancellationToken) : DavisFolder.ReadAsync(path, names, cancellationToken);
                await foreach (var one in found) yield return one;
                continue;
            }

            var inside = Directory.EnumerateDirectories(path).Where(one => File.Exists(Path.Combine(one, MasksFile))).Order(StringComparer.Ordinal).ToList();
            if (inside.Count == 0)
            {
                throw new ExportException(
                    $"'{path}' has no videos with masks. Looked for {MasksFile} in it and in its folders (as 'sa2va run' writes it), sav_*_manual.json (SA-V), and JPEGImages/ beside Annotations/ (DAVIS).");
            }

            runs.AddRange(inside);
        }

        // Names are given in the order of the paths, so the runs, which give theirs by themselves, come last and keep clear of those before.
        await foreach (var one in RunFolders.ReadAsync(runs, video, cancellationToken)) yield return one with { Name = names.Take(one.Name + FileEnding) };
    }

    /// <summary>One video with a folder of masks.</summary>
    /// <param name="video">A video file, or a folder of frames.</param>
    /// <param name="masks">A palette or grey picture per frame, in which a pixel is the number of its object.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ExportException">They do not fit each other.</exception>
    public static async IAsyncEnumerable<ExportVideo> ReadAsync(string video, string masks, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return await PaletteVideo.OpenAsync(new ExportNames().Take(video), video, masks, cancellationToken);
    }
}
