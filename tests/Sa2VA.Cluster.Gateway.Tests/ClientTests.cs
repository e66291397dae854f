using System.Net;
using System.Text;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>The client against a real gateway, and against a connection that breaks.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ClientTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Videos_go_in_and_masks_come_out()
    {
        using var client = await ClientAsync();
        var job = await client.SubmitAsync(new NewJob("nano", [new NewVideo("a.mp4", ["the dog", "the cat"], Name: "mine")]) { Title = "by the client" }, Stop);
        Assert.True(job.IsNew);
        await WaitAsync(client, job.JobId);
        var video = Assert.Single(await ToListAsync(client.ListVideosAsync(job.JobId, "completed", Stop)));
        Assert.Equal(("mine", "a.mp4", "completed"), (video.Name, video.Source, video.State));
        Assert.Equal(video.State, (await client.FindVideoAsync(video.VideoId, Stop))!.State);
        var found = (await client.FindObjectsAsync(video.VideoId, Stop))!;
        Assert.Equal((true, 2), (found.IsComplete, found.Objects.Count));
        var frames = await ToListAsync(client.ReadMasksAsync(video.VideoId, from: 60, to: 70, objectId: 2, Stop));
        Assert.Equal(Enumerable.Range(60, 11), frames.Select(frame => frame.Frame));
        Assert.All(frames, frame => Assert.Equal(2, Assert.Single(frame.Masks).Object));
        Assert.Equal(frames[0].Masks[0].Segmentation.Counts, (await client.FindFrameAsync(video.VideoId, 60, Stop))!.Masks[1].Segmentation.Counts);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await client.GetMaskPictureAsync(video.VideoId, 60, stop: Stop))[..4]);
    }

    [Fact]
    public async Task Questions_go_in_and_words_come_out()
    {
        using var client = await ClientAsync();
        var job = await client.SubmitAsync(new NewJob("nano", [
            new NewVideo("a.mp4", ["the dog"]) { Questions = ["What happens?", "What happens at length?"], Caption = true },
            new NewVideo("b.mp4", []) { Questions = ["What happens?"] },
        ]), Stop);
        await WaitAsync(client, job.JobId);
        var videos = await ToListAsync(client.ListVideosAsync(job.JobId, "completed", Stop));
        var found = (await client.FindObjectsAsync(videos[0].VideoId, Stop))!;
        Assert.Equal([(1, 0, "the dog"), (2, 3, "A ball")], found.Objects.Select(one => (one.Id, one.Target, one.Label)));
        Assert.Equal([(1, "What happens?", "A ball rolls.", true), (2, "What happens at length?", "A ball rolls.", false)], found.Questions.Select(said => (said.Target, said.Question, said.Answer, said.Complete)));
        Assert.Equal(("A ball rolls.", new SaidPhrase("A ball", 0, 6, 2)), (found.Caption!.Text, Assert.Single(found.Caption.Phrases)));

        // Nothing is seen where only words were asked for, and nothing is missing.
        var words = (await client.FindObjectsAsync(videos[1].VideoId, Stop))!;
        Assert.Equal((true, GatewayFixture.Frames, 0, "A ball rolls."), (words.IsComplete, words.FramesDone, words.Objects.Count, Assert.Single(words.Questions).Answer));
        Assert.Null(words.Caption);
        Assert.Empty(await ToListAsync(client.ReadMasksAsync(videos[1].VideoId, stop: Stop)));
        Assert.Null(await client.FindFrameAsync(videos[1].VideoId, 3, Stop));
        await using var events = client.ReadEventsAsync(job.JobId, stop: Stop).GetAsyncEnumerator(Stop);
        do Assert.True(await events.MoveNextAsync());
        while (events.Current.Type != "question-answered");
        Assert.Equal("A ball rolls.", events.Current.Detail);

        var refused = await Assert.ThrowsAsync<Sa2vaException>(() => client.SubmitAsync(new NewJob("nano", [new NewVideo("a.mp4", []) { Questions = ["x", new string('y', 2001)] }]), Stop));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 1), (refused.Status, refused.Line));
        Assert.Contains("\"questions[1]\" has 2001 characters", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_read_page_by_page()
    {
        using var client = await ClientAsync();
        var lines = string.Concat(Enumerable.Range(0, 450).Select(i => $"{{\"video\":\"v{i}.mp4\",\"expressions\":[\"x\"]}}\n"));
        var job = await client.SubmitAsync(new ManifestJob("nano") { Priority = "low" }, new MemoryStream(Encoding.UTF8.GetBytes(lines)), Stop);
        Assert.Equal(450, job.Videos);
        Assert.Equal(Enumerable.Range(0, 450).Select(i => $"v{i}.mp4"), (await ToListAsync(client.ListVideosAsync(job.JobId, stop: Stop))).Select(video => video.Source));
        await client.CancelJobAsync(job.JobId, "enough", Stop);
        Assert.True((await client.FindJobAsync(job.JobId, Stop))!.ByState["cancelled"] > 0);
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_what_is_refused_says_why()
    {
        using var client = await ClientAsync();
        Assert.Null(await client.FindJobAsync("x", Stop));
        Assert.Null(await client.FindVideoAsync("x", Stop));
        Assert.Null(await client.FindObjectsAsync("x", Stop));
        var refused = await Assert.ThrowsAsync<Sa2vaException>(() => client.SubmitAsync(new NewJob("other", [new NewVideo("a.mp4", ["x"])]), Stop));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, true), (refused.Status, refused.Message.Contains("this cluster knows nano", StringComparison.Ordinal)));
        var line = await Assert.ThrowsAsync<Sa2vaException>(() => client.SubmitAsync(new ManifestJob("nano"), new MemoryStream("{\"video\":\"a.mp4\",\"expressions\":[\"x\"]}\nnonsense\n"u8.ToArray()), Stop));
        Assert.Equal(2, line.Line);
    }

    [Fact]
    public async Task An_answer_that_is_lost_does_not_submit_a_job_twice()
    {
        using var breaking = new BreakingHandler(new SocketsHttpHandler()) { LoseAnswers = 2 };
        using var client = await ClientAsync(breaking);
        var accepted = await client.SubmitAsync(new NewJob("nano", [new NewVideo("a.mp4", ["x"])]), Stop);
        // The cluster had it since the first attempt.
        Assert.False(accepted.IsNew);
        Assert.Equal(3, breaking.Requests);
    }

    [Fact]
    public async Task A_gateway_that_stays_away_is_an_error_after_some_attempts()
    {
        using var breaking = new BreakingHandler(new SocketsHttpHandler()) { LoseAnswers = int.MaxValue };
        using var client = await ClientAsync(breaking);
        var away = await Assert.ThrowsAsync<Sa2vaException>(() => client.FindJobAsync("x", Stop));
        Assert.Null(away.Status);
        Assert.Equal(new Sa2vaClientOptions().Attempts, breaking.Requests);
    }

    [Fact]
    public async Task Events_go_on_over_a_lost_connection()
    {
        using var client = await ClientAsync();
        var job = await client.SubmitAsync(new NewJob("nano", [new NewVideo("a.mp4", ["x"])]), Stop);
        await WaitAsync(client, job.JobId);
        var first = await fixture.Cluster.Progress.PublishEventAsync(job.JobId, new Progress.JobEvent("one", DateTimeOffset.UnixEpoch), Stop);
        var second = await fixture.Cluster.Progress.PublishEventAsync(job.JobId, new Progress.JobEvent("two", DateTimeOffset.UnixEpoch), Stop);
        await using var events = client.ReadEventsAsync(job.JobId, stop: Stop).GetAsyncEnumerator(Stop);
        do Assert.True(await events.MoveNextAsync());
        while (events.Current.Id != first);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((second, "two"), (events.Current.Id, events.Current.Type));

        using var breaking = new BreakingHandler(new SocketsHttpHandler()) { LoseAnswers = 1 };
        using var again = await ClientAsync(breaking);
        await using var rest = again.ReadEventsAsync(job.JobId, afterId: first, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await rest.MoveNextAsync());
        Assert.Equal(second, rest.Current.Id);
    }

    private static async Task WaitAsync(Sa2vaClient client, string job)
    {
        while (!(await client.FindJobAsync(job, Stop))!.IsOver) await Task.Delay(50, Stop);
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items.WithCancellation(Stop)) list.Add(item);
        return list;
    }

    private async Task<Sa2vaClient> ClientAsync(HttpMessageHandler? handler = null)
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        return new Sa2vaClient(caller.BaseAddress!, caller.DefaultRequestHeaders.Authorization!.Parameter!, new Sa2vaClientOptions { FirstPause = TimeSpan.FromMilliseconds(1) }, handler);
    }

    /// <summary>Lets requests through and loses the answers.</summary>
    private sealed class BreakingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public int LoseAnswers { get; set; }

        public int Requests { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var response = await base.SendAsync(request, cancellationToken);
            if (LoseAnswers <= 0) return response;
            LoseAnswers--;
            response.Dispose();
            throw new HttpRequestException("lost by the test");
        }
    }
}
