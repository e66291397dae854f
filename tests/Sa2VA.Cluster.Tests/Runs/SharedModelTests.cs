using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Runs;

public sealed class SharedModelTests(RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Runs_that_share_a_model_at_the_same_time_give_the_masks_that_each_gives_alone()
    {
        var requests = new[] { "the moving bar", "a clock" }
            .Select(text => samples.Request(_folder.File(text), new RunTarget.Expression(text)) with { Frames = new FrameSelection(0, 29, 1) }).ToArray();
        var alone = new List<string>();
        foreach (var request in requests)
            alone.AddRange(Chains(await VideoRun.ExecuteAsync(request with { WorkFolder = request.WorkFolder + " alone" }, cancellationToken: Stop)));

        await using var model = new ModelHost(samples.Tiny, "cpu");
        var together = await Task.WhenAll(requests.Select(request => VideoRun.ExecuteAsync(request, model, cancellationToken: Stop)));
        Assert.All(together, result => Assert.Equal(RunOutcome.Completed, result.Outcome));
        Assert.Equal(alone, together.SelectMany(Chains));
        Assert.Equal(2, alone.Distinct().Count());

        // A completed run is only read again.
        var again = await VideoRun.ExecuteAsync(requests[0], model, cancellationToken: Stop);
        Assert.Equal(alone[0], Assert.Single(Chains(again)));
    }

    [Fact]
    public async Task A_model_serves_only_requests_for_its_folder_and_device()
    {
        await using var model = new ModelHost(samples.Tiny, "cpu");
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("the moving bar"));
        var other = await Assert.ThrowsAsync<RunException>(() => VideoRun.ExecuteAsync(request with { ModelFolder = samples.TinyI }, model, cancellationToken: Stop));
        Assert.Equal(RunFailureKind.Settings, other.Kind);
        Assert.Contains(samples.TinyI, other.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RunException>(() => VideoRun.ExecuteAsync(request with { Device = "cuda:0" }, model, cancellationToken: Stop));
    }

    private static IEnumerable<string> Chains(RunResult result) => result.Objects.Select(o => o.Chain);
}
