using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Datasets;

namespace Sa2VA.Cli.Annotating;

/// <summary>
/// The objects of a dataset, to be described anew: what each expression means is one, and expressions that mean the same pixels mean one object.
/// Absent ones, and videos whose truth is not published, are passed over.
/// </summary>
internal static class DatasetObjects
{
    // As the reader of folders shows pictures.
    private const double FramesPerSecond = 24;

    public static async IAsyncEnumerable<ExportVideo> ReadAsync(IReferringDataset dataset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var names = new ExportNames();
        foreach (var video in dataset.Videos.Where(video => video.HasTruth))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var meant = Distinct(video);
            // Taken also when there is nothing: names do not depend on what is in a video. The ending is taken off again.
            var name = names.Take(video.Id.Replace('/', '-') + ".mp4");
            if (meant.Count == 0) continue;
            yield return new ExportVideo
            {
                Name = name,
                Width = video.Width,
                Height = video.Height,
                Objects = [.. meant.Select((expression, place) => new ExportObject(place + 1, place, expression.Text, Answer: null, IsAbsent: false))],
                Fingerprint = video.Id,
                ReadAsync = stop => MasksAsync(video, meant, stop),
                OpenAsync = _ => Task.FromResult(new LocalVideo(video.Source)),
            };
        }
    }

    /// <summary>The first expression of every object.</summary>
    private static List<ReferringExpression> Distinct(ReferringVideo video)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. video.Expressions.Where(expression => !expression.IsAbsent && seen.Add(PixelsOf(video, expression)))];
    }

    private static string PixelsOf(ReferringVideo video, ReferringExpression expression)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var frame = 0; frame < video.FrameNames.Count; frame++) hash.AppendData(Encoding.UTF8.GetBytes(video.Truth(expression, frame).Counts + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async IAsyncEnumerable<StoredStep> MasksAsync(ReferringVideo video, IReadOnlyList<ReferringExpression> meant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var frame = 0; frame < video.FrameNames.Count; frame++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredStep(frame, frame, frame, frame / FramesPerSecond, [.. meant.Select((expression, place) => new StoredMask(place + 1, video.Truth(expression, frame), 0, 0))]);
        }
    }
}
