using Sa2VA.Cli.Exporting;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Exports;

namespace Sa2VA.Cli.Remote;

/// <summary><c>sa2va results</c>: what was found, and the masks themselves as <c>sa2va run</c> writes them.</summary>
internal static class ResultsSession
{
    public static async Task<int> ExecuteAsync(Sa2vaClient client, string id, string? folder, bool json, CancellationToken stop)
    {
        string jobId;
        string[]? only = null;
        if (await client.FindJobAsync(id, stop) is not null)
        {
            jobId = id;
        }
        else
        {
            var video = await client.FindVideoAsync(id, stop) ?? throw RemoteIds.NotThere(id);
            (jobId, only) = (video.JobId, [id]);
        }

        if (folder is not null)
            return await ExportSession.WriteAsync(ExportFormat.Masks, folder, new GatewayVideos(client).ReadAsync(jobId, only, stop), json, stop);
        await foreach (var video in client.ListVideosAsync(jobId, "completed", stop))
        {
            if (only is not null && video.VideoId != id) continue;
            RemoteText.Say(json, RemoteText.Line(video), RemoteText.Typed("video", video));
            if (await client.FindObjectsAsync(video.VideoId, stop) is { } found) FoundText.Say(json, found);
        }

        return ExitCodes.Success;
    }
}
