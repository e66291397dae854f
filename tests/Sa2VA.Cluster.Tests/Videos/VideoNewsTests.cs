using System.Collections.Immutable;
using System.Text.Json;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Videos;

public sealed class VideoNewsTests
{
    private static readonly VideoEvent[] s_all =
    [
        new VideoEvent.VideoSubmitted(Some.Order(), Some.Instant), new VideoEvent.VideoClaimed(1, "node", Some.Instant), new VideoEvent.VideoProbed(Some.Facts, Some.Instant),
        new VideoEvent.PromptResolved(0, Some.Prompt(), Some.Instant), new VideoEvent.QuestionAnswered(0, Some.Prompt(), Some.Instant), new VideoEvent.TrackingCheckpointed(new TrackingPoint(8, "t"), Some.Instant),
        new VideoEvent.PresenceSaid(0, Some.Prompt(), Some.Instant),
        new VideoEvent.PresenceChecked(0, new PresenceCheck([1], Some.Prompt()), Some.Instant),
        new VideoEvent.PresenceConcluded([new PresenceVerdict(0, Presence.Unsure, 0.5, new PresenceEvidence(2, 1, 0, 0, 0), [])], Some.Instant),
        new VideoEvent.RegroundAnswered(0, 8, 0, Some.Prompt(), Some.Instant),
        new VideoEvent.RegroundDone(0, 8, RegroundReason.Cut, ImmutableDictionary<int, RegroundOutcome>.Empty.Add(1, RegroundOutcome.Found), Some.Instant),
        new VideoEvent.VideoReused("other", Some.Instant), new VideoEvent.PromptAdded(new AddedPrompt("p", Target: null, Correction: null, Some.Instant), Some.Instant),
        new VideoEvent.CorrectionBegun(1, RleCodec.Empty(4, 4), Some.Instant), new VideoEvent.PassCompleted(0, PromptId: null, Some.Instant), new VideoEvent.VideoRequeued(Some.Instant),
        new VideoEvent.VideoCompleted(["c"], Some.Instant), new VideoEvent.VideoFailed(Some.Failure, Some.Instant), new VideoEvent.VideoCancelled("why", Some.Instant),
    ];

    [Fact]
    public void Every_event_is_told_under_the_name_that_the_journal_gives_it()
    {
        Assert.Equal(typeof(VideoEvent).GetNestedTypes().Length, s_all.Select(one => one.GetType()).Distinct().Count());
        foreach (var happened in s_all)
        {
            using var journaled = JsonDocument.Parse(new VideoCodec().Encode(happened).Payload);
            Assert.Equal(journaled.RootElement.GetProperty("$type").GetString(), VideoNews.Of("v", happened).Type);
        }
    }

    [Fact]
    public void A_pass_for_a_prompt_is_told_as_that_prompts_end()
        => Assert.Equal(("prompt-done", "p"), VideoNews.Of("v", new VideoEvent.PassCompleted(1, "p", Some.Instant)) is { } news ? (news.Type, news.Detail) : default);
}
