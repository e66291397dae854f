using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Verification;

public sealed class PresenceRuleTests
{
    private static readonly ResolvedPrompt Nothing = new("It is not there.", []);

    [Fact]
    public void Further_questions_look_between_the_frames_of_others()
    {
        Assert.Equal([6, 26, 46, 66, 86], PresenceRule.KeySteps(100, 5, ask: 1, asks: 2));
        Assert.Equal([13, 33, 53, 73, 93], PresenceRule.KeySteps(100, 5, ask: 2, asks: 2));
        Assert.Equal([0, 1], PresenceRule.KeySteps(2, 5, ask: 1, asks: 1));
        Assert.Equal([0], PresenceRule.KeySteps(1, 5, ask: 16, asks: 16));
    }

    [Fact]
    public void The_first_answer_with_objects_is_followed()
    {
        var first = Found(1);
        Assert.Equal((first, null), PresenceRule.Choose(first, []));
        Assert.Equal((first, null), PresenceRule.Choose(first, [Check(Nothing, 7)]));
        var (chosen, steps) = PresenceRule.Choose(Nothing, [Check(Found(2), 7), Check(Found(3), 9)]);
        Assert.Equal((2, 7), (chosen.Segments[0][0], steps![0]));
    }

    [Fact]
    public void Nothing_is_followed_when_all_answers_deny()
        => Assert.Same(Nothing, PresenceRule.Choose(Nothing, [Check(new ResolvedPrompt("No.", []), 7), Check(new ResolvedPrompt("No.", []), 9)]).Prompt);

    [Fact]
    public void What_could_not_be_asked_does_not_count()
    {
        var failed = new ResolvedPrompt("", [], "too long");
        Assert.Same(failed, PresenceRule.Choose(failed, [Check(Found(2), 7)]).Prompt);
        var first = Found(1);
        Assert.Same(first, PresenceRule.Choose(first, [Check(failed, 7), Check(failed, 9), Check(Nothing, 11)]).Prompt);
    }

    private static ResolvedPrompt Found(float embedding) => new("It is [SEG].", [[embedding]]);

    private static PresenceCheck Check(ResolvedPrompt prompt, int step) => new([step], prompt);
}
