using System.Collections.Immutable;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Tests.Videos;

/// <summary>What becomes of answers in words. Pure.</summary>
public sealed class VideoSayingsTests
{
    private static readonly GroundedCaption s_caption = new("a dog chases a ball", [new CaptionPhrase(0, 5, 0), new CaptionPhrase(13, 6, null), new CaptionPhrase(19, 0, 1)]);

    private static readonly VideoOrder s_order = Some.Order(new RunTarget.Expression("the dog"), new RunTarget.Question("What happens?"), new RunTarget.Caption(), new RunTarget.Question("Where?"));

    [Fact]
    public void Phrases_name_their_objects_and_an_answer_without_a_mask_is_no_object()
    {
        var video = Answered(
            new ResolvedPrompt("[SEG]", [[1f]]), new ResolvedPrompt("They play.", []) { IsCutOff = true },
            new ResolvedPrompt("<p> a dog </p> [SEG] chases <p> a ball </p> [SEG]", [[2f], [3f]]) { Caption = s_caption }, new ResolvedPrompt("", [], "It is too long."));
        var objects = PlannedObject.Of(s_order, video);
        Assert.Equal([(1, 0, "the dog", true), (2, 2, "a dog", false), (3, 2, "(no phrase) (2)", false)], objects.Select(one => (one.ObjectId, one.Target, one.Label, one.IsOfSentence)));
        Assert.All(objects, one => Assert.True(one.IsTracked));

        var said = VideoSayings.Of(s_order, video, objects);
        Assert.Equal([("They play.", false, null), (null, false, "It is too long.")], said.Questions.Select(one => (one.Answer, one.Complete, one.Failure)));
        Assert.Equal([new SaidPhrase("a dog", 0, 5, 2), new SaidPhrase("a ball", 13, 6, null), new SaidPhrase("", 19, 0, 3)], said.Caption!.Phrases);
        Assert.Equal((2, "a dog chases a ball", true), (said.Caption.Target, said.Caption.Text, said.Caption.Complete));
    }

    [Fact]
    public void Questions_are_told_before_they_are_answered_and_objects_only_after_all_are()
    {
        var video = Answered(new ResolvedPrompt("[SEG]", [[1f]]), new ResolvedPrompt("They play.", []));
        var said = VideoSayings.Of(s_order, video, PlannedObject.Known(s_order, video));
        Assert.Equal([("They play.", true), (null, false)], said.Questions.Select(one => (one.Answer, one.Complete)));
        Assert.Null(said.Caption);
        Assert.Empty(PlannedObject.Known(s_order, video));
        Assert.Equal([2, 3], video.OpenQuestions(s_order).Select(question => question.Target));
        Assert.Equal([QuestionKind.Caption, QuestionKind.Plain], video.OpenQuestions(s_order).Select(question => question.Kind));
    }

    [Fact]
    public void Only_sentences_are_asked_again_to_verify_them()
    {
        var order = s_order with { Verify = new VerifyOptions { Asks = 2 } };
        var video = Answered(new ResolvedPrompt("[SEG]", [[1f]]), new ResolvedPrompt("They play.", []), new ResolvedPrompt("a dog", []) { Caption = s_caption }, new ResolvedPrompt("Here.", []));
        Assert.Equal([0], video.OpenChecks(order, 1).Select(question => question.Target));
        Assert.Equal([false, true, true, true], Enumerable.Range(0, 4).Select(target => video.IsGrounded(order, target)));
    }

    [Fact]
    public void An_answer_in_words_is_an_event_of_its_own_and_is_recorded_once()
    {
        var video = A.Video().Build() with { Order = s_order };
        Assert.IsType<VideoEvent.PromptResolved>(Assert.Single(Decide(video, 0)));
        foreach (var target in (int[])[1, 2, 3])
        {
            var happened = Assert.IsType<VideoEvent.QuestionAnswered>(Assert.Single(Decide(video, target)));
            Assert.Empty(Decide(VideoLogic.Evolve(video, happened), target));
        }

        // What was added later is a sentence.
        Assert.IsType<VideoEvent.PromptResolved>(Assert.Single(Decide(video, 4)));
    }

    private static IReadOnlyList<VideoEvent> Decide(Video video, int target) => VideoLogic.Decide(video, new VideoCommand.ResolvePrompt(target, Some.Prompt(), Some.Reply), Some.Instant);

    private static Video Answered(params ResolvedPrompt[] answers)
        => Video.Unknown with { Order = s_order, Prompts = answers.Index().ToImmutableSortedDictionary(one => one.Index, one => one.Item) };
}
