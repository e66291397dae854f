using System.Text;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Videos;

public sealed class VideoRecordTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cancelling_a_video_that_nobody_works_on_counts_at_the_next_claim()
    {
        var journal = new InMemoryJournal();
        await using var transport = new InProcessTransport();
        var mailer = new VideoMailer(transport, journal, "console", TimeProvider.System);
        await mailer.CancelAsync("v", "not wanted", Stop);
        var video = await VideoHistory.LoadAsync(journal, "v", Stop);
        Assert.Equal(new VideoEnding.Cancelled("not wanted"), video.Ending);
        Assert.Empty(VideoLogic.Decide(video, new VideoCommand.Claim(Some.Order(), 2, "node"), DateTimeOffset.UnixEpoch));
        await mailer.CancelAsync("v", "again", Stop);
        Assert.Equal(new VideoEnding.Cancelled("not wanted"), (await VideoHistory.LoadAsync(journal, "v", Stop)).Ending);
    }

    [Fact]
    public async Task Watchers_hear_once_of_a_cancelled_video_that_nobody_works_on()
    {
        var news = new List<(string JobId, JobEvent Happened)>();
        var time = new ManualTime();
        await using var transport = new InProcessTransport();
        var mailer = new VideoMailer(transport, new InMemoryJournal(), "console", time, (jobId, happened) => news.Add((jobId, happened)));
        await mailer.CancelAsync("job-7", "not wanted", Stop);
        await mailer.CancelAsync("job-7", "again", Stop);
        Assert.Equal([("job", new JobEvent(JobEventTypes.VideoCancelled, time.GetUtcNow(), "job-7", "not wanted"))], news);
    }

    [Fact]
    public async Task Mail_goes_to_the_actor_that_is_alive_and_leaves_the_journal_alone()
    {
        var journal = new InMemoryJournal();
        await using var transport = new InProcessTransport();
        var letters = new List<VideoLetter?>();
        await using var bound = await transport.BindAsync(VideoLetter.KeyOf("v"), Receive, Stop);
        var mailer = new VideoMailer(transport, journal, "console", TimeProvider.System);
        await mailer.CancelAsync("v", "enough", Stop);
        Assert.True(await mailer.HoldAsync("v", Stop));
        Assert.False(await mailer.HoldAsync("w", Stop));
        Assert.Equal([new VideoLetter.Cancel("enough"), new VideoLetter.Hold()], letters);
        Assert.Equal("actor", (await journal.HeadAsync("v", Stop)).Owner);

        async ValueTask Receive(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            letters.Add(VideoLetter.Parse(bytes));
            if (letters[^1] is VideoLetter.Cancel(var reason))
                await VideoRecord.ApplyAsync(journal, "v", "actor", _ => [new VideoCommand.Cancel(reason)], DateTimeOffset.UnixEpoch, cancellationToken);
        }
    }

    [Fact]
    public async Task A_letter_that_an_ending_actor_took_and_never_read_is_written_down_by_its_sender()
    {
        var journal = new InMemoryJournal();
        var time = new ManualTime();
        await using var transport = new InProcessTransport();
        await using var bound = await transport.BindAsync(VideoLetter.KeyOf("v"), static (_, _) => default, Stop);
        var cancelling = new VideoMailer(transport, journal, "console", time).CancelAsync("v", "not wanted", Stop);
        while (await Task.WhenAny(cancelling, time.TimersAsync(1)) != cancelling) time.Advance(TimeSpan.FromSeconds(1));
        await cancelling;
        Assert.Equal(new VideoEnding.Cancelled("not wanted"), (await VideoHistory.LoadAsync(journal, "v", Stop)).Ending);
        Assert.Equal("console", (await journal.HeadAsync("v", Stop)).Owner);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("{\"$type\":\"dance\"}")]
    [InlineData("[]")]
    public void A_letter_of_another_version_is_nobodys(string text) => Assert.Null(VideoLetter.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Recording_takes_the_video_from_its_owner()
    {
        var journal = new InMemoryJournal();
        var epoch = await journal.ClaimAsync("v", "node", Stop);
        var video = await VideoRecord.ApplyAsync(journal, "v", "console", claimed => [new VideoCommand.Claim(Some.Order(), claimed, "console"), new VideoCommand.Cancel("stop")], DateTimeOffset.UnixEpoch, Stop);
        Assert.IsType<VideoEnding.Cancelled>(video.Ending);
        Assert.Equal(epoch + 1, video.Epoch);
        await Assert.ThrowsAsync<FencedException>(async () => await journal.AppendAsync("v", epoch, 0, [new JournalEntry("x", default)], Stop));
    }
}
