using Sa2VA.Cluster.Annotation;
using Sa2VA.Cluster.Annotation.Actors;
using Sa2VA.Cluster.Annotation.Texts;

namespace Sa2VA.Cluster.Tests.Annotation;

/// <summary>What is asked next about an object follows from what was answered, and from nothing else.</summary>
public sealed class ObjectProgressTests
{
    private static readonly AnnotationRules Rules = new() { Short = true };

    [Fact]
    public void Levels_follow_each_other_and_each_question_holds_the_level_before()
    {
        var (steps, settled) = Walk(Rules, ask => ask.Step == AnnotationStep.Check ? "SAME" : $"Words of {ask.Step}.");
        Assert.Equal([AnnotationStep.Cutout, AnnotationStep.Whole, AnnotationStep.Check, AnnotationStep.Scene, AnnotationStep.Video, AnnotationStep.Short], steps.Select(step => step.Step));
        Assert.Contains("\"Words of Cutout.\"", steps[2].Prompt, StringComparison.Ordinal);
        Assert.Contains("\"Words of Whole.\"", steps[2].Prompt, StringComparison.Ordinal);
        Assert.Contains("\"Words of Cutout.\"", steps[3].Prompt, StringComparison.Ordinal);
        Assert.Contains("\"Words of Scene.\"", steps[4].Prompt, StringComparison.Ordinal);
        Assert.Contains("\"Words of Video.\"", steps[5].Prompt, StringComparison.Ordinal);
        Assert.Equal((ObjectOutcome.Described, Verdict.Same, "Words of Video.", "Words of Short."), (settled.Outcome, settled.Levels.Verdict, settled.Levels.Video, settled.Levels.Short));
    }

    [Fact]
    public void An_object_whose_descriptions_conflict_is_dropped_before_more_is_asked()
    {
        var (steps, settled) = Walk(Rules, ask => ask.Step == AnnotationStep.Check ? "DIFFERENT" : "Words.");
        Assert.Equal([AnnotationStep.Cutout, AnnotationStep.Whole, AnnotationStep.Check], steps.Select(step => step.Step));
        Assert.Equal((ObjectOutcome.Conflicting, null), (settled.Outcome, settled.Levels.Video));
    }

    [Fact]
    public void Or_is_flagged_and_described_on()
    {
        var (_, settled) = Walk(Rules with { Conflicts = ConflictRule.Keep }, ask => ask.Step == AnnotationStep.Check ? "DIFFERENT" : "Words.");
        Assert.Equal((ObjectOutcome.Conflicting, "Words."), (settled.Outcome, settled.Levels.Video));
    }

    [Fact]
    public void Another_attempt_looks_at_another_frame_and_the_one_that_agrees_counts()
    {
        var (steps, settled) = Walk(Rules with { Attempts = 3 }, ask => ask.Step != AnnotationStep.Check ? $"Words {ask.Attempt}." : ask.Attempt == 2 ? "SAME" : "DIFFERENT");
        Assert.Equal([1, 1, 1, 2, 2, 2, 2, 2, 2], steps.Select(step => step.Attempt));
        Assert.Equal((2, "Words 2.", ObjectOutcome.Described), (settled.Levels.Attempt, settled.Levels.Object, settled.Outcome));
        // No more attempts than there are frames to look at.
        Assert.Equal(3, Walk(Rules with { Attempts = 3 }, ask => ask.Step == AnnotationStep.Check ? "DIFFERENT" : "Words.", frames: 1).Steps.Count);
    }

    [Fact]
    public void A_verdict_that_cannot_be_read_is_asked_for_once_more_in_other_words()
    {
        var (steps, settled) = Walk(Rules, ask => ask.Step != AnnotationStep.Check ? "Words." : ask.Prompt.Contains("one word only", StringComparison.Ordinal) ? "Same." : "Hard to tell.");
        Assert.Equal(2, steps.Count(step => step.Step == AnnotationStep.Check));
        Assert.Equal(ObjectOutcome.Described, settled.Outcome);
        Assert.Equal(ObjectOutcome.Unclear, Walk(Rules, ask => ask.Step == AnnotationStep.Check ? "Hm." : "Words.").Settled.Outcome);
    }

    [Fact]
    public void A_model_without_words_is_asked_twice_and_the_object_is_left()
    {
        var (steps, settled) = Walk(Rules, ask => ask.Step switch { AnnotationStep.Check => "SAME", AnnotationStep.Scene => "[SEG]", _ => "Words." });
        Assert.Equal(2, steps.Count(step => step.Step == AnnotationStep.Scene));
        Assert.Equal((ObjectOutcome.Undescribed, "Words.", null), (settled.Outcome, settled.Levels.Whole, settled.Levels.Scene));
        // Another frame may be one that it has words for.
        var second = Walk(Rules with { Attempts = 2 }, ask => ask.Step switch { AnnotationStep.Check => "SAME", AnnotationStep.Whole when ask.Attempt == 1 => "", _ => "Words." }).Settled;
        Assert.Equal((ObjectOutcome.Described, 2), (second.Outcome, second.Levels.Attempt));
        // A short expression is an extra: without one the long one stands.
        var brief = Walk(Rules, ask => ask.Step switch { AnnotationStep.Check => "SAME", AnnotationStep.Short => "", _ => "Words." }).Settled;
        Assert.Equal((ObjectOutcome.Described, "Words.", null), (brief.Outcome, brief.Levels.Video, brief.Levels.Short));
    }

    [Fact]
    public void Nothing_is_asked_after_a_refusal_and_what_was_answered_stays()
    {
        var record = new ObjectRecord { Answers = [new(AnnotationStep.Cutout, 1, AnnotationPrompts.Cutout, "Words.", true, "m")], Refusal = new StepRefusal(AnnotationStep.Whole, 1, "no") };
        var settled = Assert.IsType<ObjectProgress.Settled>(ObjectProgress.Of(record, Rules, 1, 8));
        Assert.Equal((ObjectOutcome.Refused, "Words."), (settled.Outcome, settled.Levels.Object));
    }

    [Fact]
    public void An_answer_that_comes_twice_is_recorded_once()
    {
        var answer = new StepAnswer(AnnotationStep.Cutout, 1, "?", "Words.", true, "m");
        var state = new VideoAnnotation();
        foreach (var happened in AnnotationLogic.Decide(state, new AnnotationCommand.Record(3, 0, answer, new()))) state = AnnotationLogic.Evolve(state, happened);
        Assert.Equal([answer], state.Of(3).Answers);
        Assert.Empty(AnnotationLogic.Decide(state, new AnnotationCommand.Record(3, 0, answer, new())));
        Assert.Empty(state.Of(4).Answers);
    }

    [Fact]
    public void What_was_begun_and_never_answered_may_be_begun_otherwise()
    {
        var (wrong, right) = (new AnnotationIdentity("ab", "m-0", "m-0", 1, 8, 1024), new AnnotationIdentity("ab", "m", "m", 1, 8, 1024));
        var state = new VideoAnnotation { Identity = wrong };
        Assert.Equal([new AnnotationEvent.AnnotationBegun(right)], AnnotationLogic.Decide(state, new AnnotationCommand.Begin(right, new())));
        Assert.Empty(AnnotationLogic.Decide(state, new AnnotationCommand.Begin(wrong, new())));
        var answered = AnnotationLogic.Evolve(state, new AnnotationEvent.StepAnswered(1, new StepAnswer(AnnotationStep.Cutout, 1, "?", "Words.", true, "m-0")));
        Assert.Empty(AnnotationLogic.Decide(answered, new AnnotationCommand.Begin(right, new())));
    }

    [Fact]
    public void What_is_stored_is_read_back()
    {
        var codec = new AnnotationCodec();
        AnnotationEvent[] events =
        [
            new AnnotationEvent.AnnotationBegun(new AnnotationIdentity("ab", "m", "c", 1, 8, 1024)),
            new AnnotationEvent.StepAnswered(2, new StepAnswer(AnnotationStep.Whole, 1, "?", "\"Words\"\n\u0007", false, "m")),
            new AnnotationEvent.StepRefused(2, new StepRefusal(AnnotationStep.Check, 2, "no")),
        ];
        var state = new VideoAnnotation();
        foreach (var (number, happened) in events.Index())
        {
            var stored = codec.Encode(happened);
            var read = codec.Decode(new(number + 1, 1, stored.Type, stored.Payload));
            Assert.Equal(happened, read);
            state = AnnotationLogic.Evolve(state, read);
        }

        var again = codec.DecodeState(codec.EncodeState(state, 3))!;
        Assert.Equal((state.Identity, state.Of(2).Refusal), (again.Identity, again.Of(2).Refusal));
        Assert.Equal(state.Of(2).Answers, again.Of(2).Answers);
        // Stored formats stay: these are what earlier versions wrote.
        Assert.Equal("step-answered", codec.Encode(events[1]).Type);
        Assert.Contains("\"step\":\"whole\"", System.Text.Encoding.UTF8.GetString(codec.Encode(events[1]).Payload.Span), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => codec.Decode(new(1, 1, "odd", "{\"$type\":\"odd\"}"u8.ToArray())));
    }

    private static (List<ObjectProgress.Ask> Steps, ObjectProgress.Settled Settled) Walk(AnnotationRules rules, Func<ObjectProgress.Ask, string> answer, int frames = 5)
    {
        var (record, steps) = (new ObjectRecord(), new List<ObjectProgress.Ask>());
        while (ObjectProgress.Of(record, rules, frames, 8) is ObjectProgress.Ask ask)
        {
            steps.Add(ask);
            record = record with { Answers = record.Answers.Add(new StepAnswer(ask.Step, ask.Attempt, ask.Prompt, answer(ask), true, "m")) };
        }

        return (steps, (ObjectProgress.Settled)ObjectProgress.Of(record, rules, frames, 8));
    }
}
