using System.Runtime.CompilerServices;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Exports.Sources;

/// <summary>Completed videos of a cluster's job.</summary>
/// <param name="jobs">Knows them.</param>
/// <param name="journal">Holds what was found in them.</param>
/// <param name="results">Holds their masks.</param>
/// <param name="fetch">Brings a video here by its source, for formats that show it; null when none does.</param>
public sealed class ClusterVideos(IJobStore jobs, IJournal journal, IResultStore results, Func<string, CancellationToken, Task<LocalVideo>>? fetch)
{
    private const int Page = 500;

    /// <summary>A job's completed videos in the order of its manifest.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="only">Ids of the videos that are wanted; null for all.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ExportException">A video that was asked for is not completed, or not of this job.</exception>
    public async IAsyncEnumerable<ExportVideo> ReadAsync(string jobId, IReadOnlyList<string>? only, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var names = new ExportNames();
        var wanted = only?.ToHashSet(StringComparer.Ordinal);
        foreach (var id in only ?? [])
        {
            var view = await jobs.FindVideoAsync(id, cancellationToken);
            if (view?.JobId != jobId) throw new ExportException($"Job '{jobId}' has no video '{id}'; 'sa2va cluster videos {jobId}' lists them.");
            if (view.State != VideoState.Completed) throw new ExportException($"Video '{id}' is {view.State.ToString().ToLowerInvariant()}; only completed ones are exported.");
        }

        string? after = null;
        for (; ; )
        {
            var page = await jobs.ListVideosAsync(jobId, state: null, after, Page, cancellationToken);
            foreach (var view in page)
            {
                // Names are given to all, so that a video keeps its name whichever others are completed, or wanted.
                var name = names.Take(view.Request.Name ?? view.Request.Source);
                if (view.State == VideoState.Completed && wanted?.Contains(view.VideoId) != false) yield return await ReadAsync(view, name, cancellationToken);
            }

            if (page.Count < Page) yield break;
            after = page[^1].VideoId;
        }
    }

    private async Task<ExportVideo> ReadAsync(VideoView view, string name, CancellationToken cancellationToken)
    {
        var video = await StoredVideo.FindAsync(journal, results, view.VideoId, cancellationToken);
        if (video is not { IsComplete: true })
            throw new ExportException($"The journal does not say that '{view.VideoId}' is completed; 'sa2va cluster doctor --verify {view.JobId}' finds what is wrong.");
        return new ExportVideo
        {
            Name = name,
            Width = video.Facts.Width,
            Height = video.Facts.Height,
            Objects = [.. video.Objects.Select(one => new ExportObject(one.Id, one.Target, one.Label, one.Answer, one.IsAbsent) { Chain = one.Chain })],
            Fingerprint = string.Join('/', video.Objects.Select(one => one.Chain)),
            Said = video.Said,
            ReadAsync = video.Masks.ReadAsync,
            OpenAsync = fetch is null ? null : stop => fetch(view.Request.Source, stop),
        };
    }
}
