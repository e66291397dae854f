using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Videos;

public sealed class VideoLogicTests
{
    [Fact]
    public void A_new_video_is_submitted_and_claimed()
    {
        var events = Decide(Video.Unknown, new VideoCommand.Claim(Some.Order(), 1, "node"));
        Assert.IsType<VideoEvent.VideoSubmitted>(events[0]);
        Assert.Equal(1, Assert.IsType<VideoEvent.VideoClaimed>(events[1]).Epoch);
    }

    [Fact]
    public void A_known_video_is_claimed_again_with_a_higher_epoch_only()
    {
        var video = A.Video().Claimed(epoch: 3).Build();
        Assert.Empty(Decide(video, new VideoCommand.Claim(Some.Order(), 3, "node")));
        Assert.IsType<VideoEvent.VideoClaimed>(Assert.Single(Decide(video, new VideoCommand.Claim(Some.Order(), 4, "node"))));
    }

    [Fact]
    public void A_claim_forgives_a_failure_but_revives_nothing_that_was_completed_or_cancelled()
    {
        var failed = A.Video().Claimed().Checkpointed(20).Failed().Build();
        var again = Decide(failed, new VideoCommand.Claim(Some.Order(), 2, "node")).Aggregate(failed, VideoLogic.Evolve);
        Assert.False(again.IsOver);
        Assert.Equal(20, again.Checkpoint!.NextStep);
        Assert.Empty(Decide(A.Video().Claimed().Completed().Build(), new VideoCommand.Claim(Some.Order(), 2, "node")));
        Assert.Empty(Decide(A.Video().Claimed().Cancelled().Build(), new VideoCommand.Claim(Some.Order(), 2, "node")));
    }

    [Fact]
    public void A_prompt_answered_twice_is_recorded_once()
    {
        var video = A.Video().Claimed().WithPrompt(0).Build();
        Assert.Empty(Decide(video, new VideoCommand.ResolvePrompt(0, Some.Prompt(), Some.Reply)));
        Assert.Single(Decide(video, new VideoCommand.ResolvePrompt(1, Some.Prompt(), Some.Reply)));
    }

    [Fact]
    public void The_same_facts_or_checkpoint_change_nothing()
    {
        var video = A.Video().Claimed().Probed().Checkpointed(64).Build();
        Assert.Empty(Decide(video, new VideoCommand.RecordFacts(Some.Facts, Some.Reply)));
        Assert.Empty(Decide(video, new VideoCommand.RecordCheckpoint(new TrackingPoint(64, "t-64"), Some.Reply)));
        Assert.Single(Decide(video, new VideoCommand.RecordCheckpoint(new TrackingPoint(128, "t-128"), Some.Reply)));
    }

    [Fact]
    public void What_comes_after_the_end_is_harmless()
    {
        foreach (var over in (Video[])[A.Video().Completed().Build(), A.Video().Failed().Build(), A.Video().Cancelled().Build()])
        {
            Assert.Empty(Decide(over, new VideoCommand.ResolvePrompt(0, Some.Prompt(), Some.Reply)));
            Assert.Empty(Decide(over, new VideoCommand.RecordCheckpoint(new TrackingPoint(1, "t"), Some.Reply)));
            Assert.Empty(Decide(over, new VideoCommand.Complete([])));
            Assert.Empty(Decide(over, new VideoCommand.Fail(Some.Failure)));
            Assert.Empty(Decide(over, new VideoCommand.Cancel("late")));
        }
    }

    [Fact]
    public void A_video_that_is_reused_says_from_where_and_has_all_that_a_run_would_have_found()
    {
        var prompts = new Dictionary<int, ResolvedPrompt> { [0] = Some.Prompt() };
        var video = A.Video().Claimed().Build();
        var reuse = new VideoCommand.Reuse("earlier-1", Some.Facts, prompts, ["x"]);
        var after = Apply(video, reuse);
        Assert.Equal(("earlier-1", Some.Facts), (after.ReusedFrom, after.Facts));
        Assert.Equal(["x"], Assert.IsType<VideoEnding.Completed>(after.Ending).Chains);
        Assert.True(after.HasPrompt(0));
        Assert.Empty(Decide(after, reuse));
        Assert.Empty(Decide(A.Video().Claimed().Cancelled().Build(), reuse));
    }

    [Fact]
    public void Asking_and_pausing_leave_no_trace()
    {
        var video = A.Video().Claimed().Build();
        Assert.Empty(Decide(video, new VideoCommand.GetStatus(Some.Reply)));
        Assert.Empty(Decide(video, new VideoCommand.Pause()));
        Assert.Empty(Decide(video, new VideoCommand.Paused()));
    }

    [Fact]
    public void Delivering_every_command_twice_gives_the_state_of_delivering_it_once()
    {
        VideoCommand[] life =
        [
            new VideoCommand.Claim(Some.Order(), 1, "node"), new VideoCommand.RecordFacts(Some.Facts, Some.Reply),
            new VideoCommand.ResolvePrompt(0, Some.Prompt(), Some.Reply),
            new VideoCommand.RecordCheckpoint(new TrackingPoint(64, "t"), Some.Reply), new VideoCommand.Complete(["x"]),
        ];
        var once = life.Aggregate(Video.Unknown, Apply);
        var twice = life.SelectMany(c => (VideoCommand[])[c, c]).Aggregate(Video.Unknown, Apply);
        Assert.Equivalent(once, twice, strict: true);
        Assert.True(once.IsOver);
    }

    private static Video Apply(Video video, VideoCommand command) => Decide(video, command).Aggregate(video, VideoLogic.Evolve);

    private static IReadOnlyList<VideoEvent> Decide(Video video, VideoCommand command) => VideoLogic.Decide(video, command, Some.Instant);
}
