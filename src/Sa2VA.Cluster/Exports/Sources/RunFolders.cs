using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Nodes;

namespace Sa2VA.Cluster.Exports.Sources;

/// <summary>Videos from the results of <c>sa2va run</c>.</summary>
public static class RunFolders
{
    private const string MasksFile = "masks.json";

    /// <summary>The videos of some folders, or of <c>masks.json</c> files themselves.</summary>
    /// <param name="paths">In the order of the export.</param>
    /// <param name="video">Where the video is, when there is one path and its video is not beside it; null to look beside the results.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ExportException">A path is not the result of a run.</exception>
    public static async IAsyncEnumerable<ExportVideo> ReadAsync(IReadOnlyList<string> paths, string? video, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var names = new ExportNames();
        foreach (var path in paths)
        {
            var file = Directory.Exists(path) ? Path.Combine(path, MasksFile) : path;
            if (!File.Exists(file))
                throw new ExportException($"'{path}' has no {MasksFile}: name the folder that 'sa2va run' wrote its results to (its --out), once it is done.");
            var masks = await MasksJson.OpenAsync(file, cancellationToken);
            yield return new ExportVideo
            {
                Name = names.Take(masks.Video.File),
                Width = masks.Video.Width,
                Height = masks.Video.Height,
                Objects = [.. masks.Objects.Select(one => new ExportObject(one.Id, one.Target, one.Label, one.Answer, one.Absent) { Chain = one.Chain })],
                Fingerprint = string.Join('/', masks.Objects.Select(one => one.Chain)),
                Said = masks.Said,
                ReadAsync = masks.ReadAsync,
                OpenAsync = (video ?? Beside(file, masks.Video.File)) is { } where ? _ => Task.FromResult(new LocalVideo(where)) : null,
            };
        }
    }

    private static string? Beside(string masks, string name)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(masks))!;
        string[] places = [Path.Combine(folder, name), Path.Combine(folder, "..", name), Path.GetFullPath(name)];
        return places.FirstOrDefault(place => File.Exists(place) || Directory.Exists(place));
    }
}
