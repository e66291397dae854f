using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>Jobs and videos of which only the part that a test names matters.</summary>
internal static class Some
{
    public static JobRequest Job { get; } = new() { Model = "nano" };

    public static VideoRequest Video(string source = "videos/a.mp4", string text = "a red disk", FrameSelection? frames = null)
        => new(source, [new RunTarget.Expression(text)], frames);

    public static async IAsyncEnumerable<VideoRequest> Videos(int count)
    {
        for (var i = 1; i <= count; i++) yield return Video($"videos/{i}.mp4");
        await Task.CompletedTask;
    }

    public static async IAsyncEnumerable<VideoRequest> Videos(params VideoRequest[] videos)
    {
        foreach (var video in videos) yield return video;
        await Task.CompletedTask;
    }
}
