using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>What is common to commands that name a job, or a video, by its id.</summary>
internal static class RemoteIds
{
    public static CliException NotThere(string id) => new(ExitCodes.Usage, $"There is no job or video '{id}'; 'sa2va status' lists jobs, 'sa2va status JOB' their videos.");

    /// <summary>Does something to a job, or to a video, whichever has the id.</summary>
    public static async Task<int> ChangeAsync(
        Sa2vaClient client, string id, string done, Func<string, CancellationToken, Task> onJob, Func<string, CancellationToken, Task> onVideo, bool json, CancellationToken stop)
    {
        if (await client.FindJobAsync(id, stop) is not null) await onJob(id, stop);
        else if (await client.FindVideoAsync(id, stop) is not null) await onVideo(id, stop);
        else throw NotThere(id);
        RemoteText.Say(json, $"{id} {done}", new System.Text.Json.Nodes.JsonObject { ["type"] = "changed", ["id"] = id, ["change"] = done });
        return ExitCodes.Success;
    }
}
