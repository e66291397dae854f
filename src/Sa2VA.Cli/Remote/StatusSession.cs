using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary><c>sa2va status</c>: all jobs, a job, or a video, at this moment.</summary>
internal static class StatusSession
{
    public static async Task<int> ListAsync(Sa2vaClient client, string? state, string? name, int limit, bool json, CancellationToken stop)
    {
        var shown = 0;
        await foreach (var job in client.ListJobsAsync(state, name, stop))
        {
            if (shown++ == limit) break;
            RemoteText.Say(json, RemoteText.Line(job), RemoteText.Typed("job", job));
        }

        if (shown == 0 && !json) Console.Error.WriteLine(state is null && name is null ? "No job has been submitted yet: 'sa2va submit --help' shows how." : "No job matches.");
        return ExitCodes.Success;
    }

    public static async Task<int> ShowAsync(Sa2vaClient client, string id, string? state, bool json, CancellationToken stop)
    {
        if (await client.FindJobAsync(id, stop) is { } job)
        {
            RemoteText.Say(json, RemoteText.Line(job), RemoteText.Typed("job", job));
            await foreach (var one in client.ListVideosAsync(id, state, stop))
                RemoteText.Say(json, RemoteText.Line(one), RemoteText.Typed("video", one));
            return ExitCodes.Success;
        }

        var video = await client.FindVideoAsync(id, stop) ?? throw RemoteIds.NotThere(id);
        RemoteText.Say(json, RemoteText.Line(video), RemoteText.Typed("video", video));
        if (await client.FindObjectsAsync(id, stop) is { } found) FoundText.Say(json, found);
        return ExitCodes.Success;
    }
}
