using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cli.Remote;

/// <summary>Completed videos behind a gateway, as exports want them.</summary>
internal sealed class GatewayVideos(Sa2vaClient client)
{
    /// <summary>A job's completed videos in the order of its manifest.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="only">Ids of the videos that are wanted; null for all.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="ExportException">A video that was asked for is not completed, or not of this job.</exception>
    public async IAsyncEnumerable<ExportVideo> ReadAsync(string jobId, IReadOnlyList<string>? only, [EnumeratorCancellation] CancellationToken stop = default)
    {
        foreach (var id in only ?? [])
        {
            var video = await client.FindVideoAsync(id, stop);
            if (video?.JobId != jobId) throw new ExportException($"Job '{jobId}' has no video '{id}'; 'sa2va status {jobId}' lists them.");
            if (video.State != "completed") throw new ExportException($"Video '{id}' is {video.State}; only completed ones have all their masks.");
        }

        var names = new ExportNames();
        await foreach (var video in client.ListVideosAsync(jobId, stop: stop))
        {
            // Names are given to all, so that a video keeps its name whichever others are completed, or wanted.
            var name = names.Take(video.Name ?? video.Source);
            if (video.State != "completed" || only?.Contains(video.VideoId, StringComparer.Ordinal) == false) continue;
            var found = await client.FindObjectsAsync(video.VideoId, stop) ?? throw new ExportException($"The gateway does not know what was found in '{video.VideoId}', though it is completed.");
            yield return new ExportVideo
            {
                Name = name,
                Width = found.Width,
                Height = found.Height,
                Objects = [.. found.Objects.Select(one => new ExportObject(one.Id, one.Target, one.Label, one.Answer, one.IsAbsent) { Chain = one.Chain })],
                Fingerprint = string.Join('/', found.Objects.Select(one => one.Chain)),
                Said = SaidOf(found),
                ReadAsync = cancel => StepsAsync(video.VideoId, cancel),
                OpenAsync = cancel => DownloadAsync(video, cancel),
            };
        }
    }

    private static Cluster.Videos.VideoSayings SaidOf(Found found) => new(
        [.. found.Questions.Select(one => new Cluster.Videos.SaidAnswer(one.Target, one.Question, one.Answer, one.Complete, one.Failure, one.Objects))],
        found.Caption is not { } caption ? null : new Cluster.Videos.SaidCaption(
            caption.Target, caption.Text, caption.Answer, caption.Complete, caption.Failure,
            [.. caption.Phrases.Select(phrase => new Cluster.Videos.SaidPhrase(phrase.Text, phrase.Start, phrase.Length, phrase.Object))]));

    private async IAsyncEnumerable<StoredStep> StepsAsync(string videoId, [EnumeratorCancellation] CancellationToken stop)
    {
        var step = 0;
        await foreach (var frame in client.ReadMasksAsync(videoId, stop: stop))
        {
            yield return new StoredStep(step++, frame.Frame, frame.Pts, frame.Seconds, [.. frame.Masks.Select(mask => new StoredMask(
                mask.Object, new Rle(mask.Segmentation.Size[0], mask.Segmentation.Size[1], mask.Segmentation.Counts), mask.ObjectScore, mask.PredictedIou))]);
        }
    }

    private async Task<LocalVideo> DownloadAsync(Video video, CancellationToken stop)
    {
        var path = Path.Combine(Path.GetTempPath(), $"sa2va-{Guid.NewGuid():N}{Path.GetExtension(video.Source)}");
        var isThere = false;
        try
        {
            await using (var file = File.Create(path))
                isThere = await client.DownloadSourceAsync(video.VideoId, file, stop);
        }
        finally
        {
            if (!isThere) File.Delete(path);
        }

        return isThere ? new LocalVideo(path, () => File.Delete(path)) : throw new ExportException(
            $"This format shows the video, and the gateway does not have '{video.Source}'. Name a format without pictures, or give the gateway the roots of the nodes.");
    }
}
