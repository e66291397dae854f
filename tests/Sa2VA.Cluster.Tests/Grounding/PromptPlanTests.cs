using System.Collections.Immutable;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Videos;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Grounding;

public sealed class PromptPlanTests
{
    [Fact]
    public void Each_segment_of_an_answer_is_an_object_and_an_absent_expression_is_one_without_prompts()
    {
        var order = Some.Order(new RunTarget.Expression("two dogs"), new RunTarget.Expression("a cat"), new RunTarget.Prompted("clicked", [Click(0)]));
        var prompts = ImmutableSortedDictionary<int, ResolvedPrompt>.Empty
            .Add(0, new ResolvedPrompt("[SEG] and [SEG]", [[1f], [2f]])).Add(1, new ResolvedPrompt("There is none.", []));
        var objects = PlannedObject.Of(order, Video.Unknown with { Prompts = prompts });

        Assert.Equal([1, 2, 3, 4], objects.Select(o => o.ObjectId));
        Assert.Equal([0, 0, 1, 2], objects.Select(o => o.Target));
        Assert.Equal(["two dogs (1)", "two dogs (2)", "a cat", "clicked"], objects.Select(o => o.Label));
        Assert.Equal([true, true, false, true], objects.Select(o => o.IsTracked));
        Assert.Equal("There is none.", objects[2].Answer);

        var plan = PromptPlan.Of(order, Some.Facts, objects, [0, 50]);
        Assert.Equal([0, 50], plan.Keys);
        Assert.Equal([1, 2, 4], plan[0].Select(p => p.ObjectId));
        Assert.Equal([1, 2], plan[50].Select(p => p.ObjectId));
    }

    [Theory]
    [InlineData(GroundingProtocol.Sa2va, "sa2va", new[] { 0, 1, 2 })]
    [InlineData(GroundingProtocol.Sa2vaI, "sa2va-i", new[] { 0, 49, 99 })]
    public void The_protocol_says_which_steps_a_sentence_is_shown_on(GroundingProtocol protocol, string name, int[] expected)
    {
        Assert.Equal(name, protocol.Procedure().Name);
        var planned = new PlannedObject(1, 0, "dog") { Embedding = [1f] };
        var plan = PromptPlan.Of(Some.Order() with { Protocol = protocol }, Some.Facts, [planned], protocol.Procedure().KeyFrames(100, 3));
        Assert.Equal(expected, plan.Keys);
        Assert.All(plan.Values, prompts => Assert.IsType<ObjectPrompt.Sentence>(Assert.Single(prompts)));
    }

    [Fact]
    public void A_box_and_clicks_on_one_frame_become_one_prompt_with_the_box_first()
    {
        var plan = Plan(Click(8), new VisualPrompt.Box(8, 1, 2, 30, 40));
        var prompt = Assert.IsType<ObjectPrompt.Points>(Assert.Single(plan[8])).Prompt;
        Assert.Equal([2, 3, 1], prompt.Labels);
        Assert.Equal([1, 2, 30, 40, 10, 20], prompt.Coordinates);
    }

    [Fact]
    public void Frames_of_the_file_become_steps_of_the_run()
    {
        var order = Some.Order() with { Frames = new FrameSelection(10, 90, 4) };
        var plan = PromptPlan.Of(order, Some.Facts, [new PlannedObject(1, 0, "x") { Shown = [Click(18)] }], []);
        Assert.Equal([2], plan.Keys);
        var failure = Assert.Throws<RunException>(() => PromptPlan.Of(order, Some.Facts, [new PlannedObject(1, 0, "x") { Shown = [Click(19)] }], []));
        Assert.Contains("'x' is shown on frame 19", failure.Message, StringComparison.Ordinal);
        Assert.Contains("10 to 90, every 4", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, VisualPrompt[]> Unusable() => new()
    {
        { "frame 100", [Click(100)] },
        { "outside the video of 64 x 48", [new VisualPrompt.Points(0, [65, 1], [1])] },
        { "top left corner first", [new VisualPrompt.Box(0, 5, 5, 5, 9)] },
        { "is labelled 7", [new VisualPrompt.Points(0, [1, 1], [7])] },
        { "3 coordinates for 1 points", [new VisualPrompt.Points(0, [1, 1, 1], [1])] },
        { "has 2 boxes", [new VisualPrompt.Box(0, 1, 1, 2, 2), new VisualPrompt.Box(0, 1, 1, 3, 3)] },
        { "is 2 x 2, the video is 64 x 48", [new VisualPrompt.Mask(0, RleCodec.Empty(2, 2))] },
        { "give it alone", [new VisualPrompt.Mask(0, RleCodec.Empty(48, 64)), Click(0)] },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Hints_that_do_not_fit_are_refused_with_what_to_change(string says, VisualPrompt[] hints)
    {
        var failure = Assert.Throws<RunException>(() => Plan(hints));
        Assert.Equal(RunFailureKind.Settings, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    private static VisualPrompt Click(int frame) => new VisualPrompt.Points(frame, [10, 20], [1]);

    private static SortedDictionary<int, List<ObjectPrompt>> Plan(params VisualPrompt[] hints)
        => PromptPlan.Of(Some.Order(), Some.Facts, [new PlannedObject(1, 0, "x") { Shown = hints }], []);
}
