using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Tests.Videos;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Regrounding;

public sealed class RegroundStateTests
{
    private static readonly Dictionary<int, RegroundOutcome> Differed = new() { [1] = RegroundOutcome.Differed };
    private static readonly Dictionary<int, RegroundOutcome> Corrected = new() { [1] = RegroundOutcome.Corrected, [2] = RegroundOutcome.Agreed };

    [Fact]
    public void An_answer_is_recorded_once_for_each_time_and_outcomes_once()
    {
        var video = Begun(64);
        Assert.Empty(VideoLogic.Decide(video, new VideoCommand.ResolveAgain(0, 64, 0, Some.Prompt(), Some.Reply), Some.Instant));
        Assert.Single(VideoLogic.Decide(video, new VideoCommand.ResolveAgain(0, 64, 1, Some.Prompt(), Some.Reply), Some.Instant));
        Assert.Single(VideoLogic.Decide(video, new VideoCommand.ResolveAgain(0, 128, 0, Some.Prompt(), Some.Reply), Some.Instant));

        var ended = End(video, 64, Differed);
        Assert.Empty(VideoLogic.Decide(ended, new VideoCommand.EndReground(0, 64, RegroundReason.Schedule, Differed, Some.Reply), Some.Instant));
    }

    [Fact]
    public void The_next_time_knows_what_came_of_the_one_before()
    {
        var video = Answered(End(Begun(64), 64, Differed), 128);
        Assert.Equal((128, 64, RegroundOutcome.Differed), (video.Reground!.Step, video.Reground.PreviousStep, video.Reground.PreviousOutcomes[1]));
        Assert.Null(video.Reground.Outcomes);
        Assert.Empty(video.Corrections);

        var corrected = End(video, 128, Corrected);
        Assert.Equal([new RegroundNote(128, RegroundReason.Schedule, 1, RegroundOutcome.Corrected)], corrected.Corrections);
    }

    [Fact]
    public void A_walk_that_begins_anew_forgets_later_times()
    {
        var video = Answered(End(Begun(128), 128, Differed), 64);
        Assert.Equal((64, (int?)null), (video.Reground!.Step, video.Reground.PreviousStep));
        Assert.Empty(video.Reground.PreviousOutcomes);
    }

    [Theory]
    [InlineData(63, null)]
    [InlineData(64, null)]
    [InlineData(65, 64)]
    public void The_last_time_is_one_before_the_step_that_comes_next(int nextStep, int? last)
        => Assert.Equal(last, RegroundState.LastBefore(Begun(64).Reground, pass: 0, nextStep));

    [Fact]
    public void Another_pass_has_times_of_its_own()
        => Assert.Null(RegroundState.LastBefore(Begun(64).Reground, pass: 1, 100));

    [Fact]
    public void The_state_and_its_events_come_back_from_the_journal_as_they_were()
    {
        var codec = new VideoCodec();
        VideoEvent[] events =
        [
            new VideoEvent.RegroundAnswered(0, 64, 0, Some.Prompt(), Some.Instant),
            new VideoEvent.RegroundDone(0, 64, RegroundReason.Doubt, Corrected, Some.Instant),
        ];
        foreach (var happened in events)
        {
            var entry = codec.Encode(happened);
            var back = codec.Decode(new JournalRecord(1, 1, entry.Type, entry.Payload));
            Assert.Equivalent(happened, back, strict: true);
        }

        var video = End(Answered(End(Begun(64), 64, Differed), 128), 128, Corrected);
        var again = codec.DecodeState(codec.EncodeState(video, 7))!;
        Assert.Equivalent(video.Reground, again.Reground, strict: true);
        Assert.Equal(video.Corrections, again.Corrections);
    }

    private static Video Begun(int step) => Answered(A.Video().Claimed().Probed().WithPrompt(0).Build(), step);

    private static Video Answered(Video video, int step)
        => VideoLogic.Decide(video, new VideoCommand.ResolveAgain(0, step, 0, Some.Prompt(), Some.Reply), Some.Instant).Aggregate(video, VideoLogic.Evolve);

    private static Video End(Video video, int step, Dictionary<int, RegroundOutcome> outcomes)
        => VideoLogic.Decide(video, new VideoCommand.EndReground(0, step, RegroundReason.Schedule, outcomes, Some.Reply), Some.Instant).Aggregate(video, VideoLogic.Evolve);
}
