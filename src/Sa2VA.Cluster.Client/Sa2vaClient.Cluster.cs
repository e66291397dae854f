using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Sa2VA.Cluster.Client;

/// <content>The cluster itself, what a job would take, and files on their way there and back.</content>
public sealed partial class Sa2vaClient
{
    /// <summary>Nodes, models and queues.</summary>
    public async Task<ClusterState> GetClusterAsync(CancellationToken stop = default) =>
        await FindAsync<ClusterState>($"{Api}/cluster", stop) ?? throw new Sa2vaException("The gateway does not tell of its cluster. Is the address that of a gateway?", System.Net.HttpStatusCode.NotFound);

    /// <summary>What a job would take. Nothing is submitted.</summary>
    /// <exception cref="Sa2vaException">It was refused.</exception>
    public async Task<Estimate> EstimateAsync(NewEstimate job, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, $"{Api}/estimates") { Content = JsonContent.Create(job, options: Written) }, isSafe: true, accept: null, stop);
        return await ReadAsync<Estimate>(response, stop);
    }

    /// <summary>Sends a small video; the same bytes again are the same upload.</summary>
    /// <param name="name">Its file's name.</param>
    /// <param name="content">Its bytes; only when they can be read again is it sent again after a failure.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="Sa2vaException">It was refused: too large, no video, or this gateway takes none.</exception>
    public async Task<Upload> UploadAsync(string name, Stream content, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (start, sent) = (content.CanSeek ? content.Position : 0, 0);
        using var response = await _caller.SendAsync(Make, isSafe: true, accept: null, stop);
        return await ReadAsync<Upload>(response, stop);

        HttpRequestMessage? Make()
        {
            if (sent++ > 0)
            {
                if (!content.CanSeek) return null;
                content.Position = start;
            }

            return new HttpRequestMessage(HttpMethod.Post, $"{Api}/uploads{Query(("name", name))}")
            {
                Content = new StreamContent(new Kept(content)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
            };
        }
    }

    /// <summary>Copies the video's file; null when the gateway does not have it.</summary>
    /// <param name="videoId">Which.</param>
    /// <param name="target">Where to.</param>
    /// <param name="stop">Stops.</param>
    public async Task<bool> DownloadSourceAsync(string videoId, Stream target, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var response = await _caller.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, $"{Api}/videos/{Escape(videoId)}/source"), isSafe: true, accept: System.Net.HttpStatusCode.NotFound, stop);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound) return false;
        await response.Content.CopyToAsync(target, stop);
        return true;
    }

    /// <summary>Makes a job more or less urgent.</summary>
    /// <param name="jobId">Which.</param>
    /// <param name="priority">high, normal or low.</param>
    /// <param name="stop">Stops.</param>
    public async Task SetJobPriorityAsync(string jobId, string priority, CancellationToken stop = default)
    {
        using var response = await _caller.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"{Api}/jobs/{Escape(jobId)}/priority") { Content = JsonContent.Create(new { priority }) }, isSafe: true, accept: null, stop);
    }
}
