using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Conversations;
using static Sa2VA.Cluster.Conversations.ConversationCommand;
using static Sa2VA.Cluster.Conversations.ConversationEvent;

namespace Sa2VA.Cluster.Tests.Conversations;

public sealed class ConversationLogicTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ConversationRequest About = new() { Model = "nano", Source = "a.mp4" };

    [Fact]
    public void What_is_sent_twice_is_recorded_once()
    {
        var state = Told(new Begin(About), Question("a"));
        Assert.Empty(ConversationLogic.Decide(state, new Begin(About with { Source = "b.mp4" }), Noon));
        Assert.Empty(ConversationLogic.Decide(state, Question("a"), Noon));
        state = Told(state, Said("a"));
        Assert.Empty(ConversationLogic.Decide(state, Question("a"), Noon));
        Assert.Empty(ConversationLogic.Decide(state, Said("a"), Noon));
        Assert.Equal(1, Assert.Single(state.Turns).Asked.Turn);
    }

    [Fact]
    public void Before_it_is_begun_nothing_can_be_asked()
    {
        Assert.Empty(ConversationLogic.Decide(ConversationState.Unknown, Question("a"), Noon));
        Assert.Empty(ConversationLogic.Decide(ConversationState.Unknown, new Claim(1, "node", 5), Noon));
    }

    [Fact]
    public void Questions_are_answered_in_their_order()
    {
        var state = Told(new Begin(About), Question("a"), Question("b"));
        Assert.Empty(ConversationLogic.Decide(state, Said("b"), Noon));
        state = Told(state, Said("a"), new Fail("b", "no such video", "node"));
        Assert.Equal([("a", 1, (string?)null), ("b", 2, "no such video")], state.Turns.Select(turn => (turn.Asked.Id, turn.Asked.Turn, turn.Error)));
        Assert.Equal(3, Told(state, Question("c")).Open[0].Turn);
    }

    [Fact]
    public void A_question_is_asked_for_so_many_nodes_and_then_given_up()
    {
        var state = Told(new Begin(About), Question("a"), Question("b"));
        for (var node = 1; node <= 3; node++) state = Told(state, new Claim(node, $"node-{node}", 3));
        Assert.Empty(state.Turns);
        state = Told(state, new Claim(4, "node-4", 3));
        Assert.Contains("3 attempts in a row came to no end, the last one on 'node-3'", Assert.Single(state.Turns).Error, StringComparison.Ordinal);
        Assert.Equal(("b", 0), (state.Open[0].Id, state.Attempts));
    }

    [Fact]
    public void An_answer_is_stopped_before_it_begins_and_while_it_is_given()
    {
        var state = Told(new Begin(About), Question("a"), Question("b"), new Stop("b"), new Stop("b"), new Stop("z"));
        Assert.Equal([false, true], state.Open.Select(one => one.IsStopped));
        state = Told(state, Said("a"), new Answer("b", new SpokenAnswer("", [], Complete: false, []), "node"));
        Assert.Equal([TurnState.Answered, TurnState.Stopped], TurnView.All(state).Select(turn => turn.State));
        // An answer that came to its end was not stopped, however late somebody wanted it to be.
        state = Told(state, Question("c"), new Stop("c"), Said("c"));
        Assert.Equal(TurnState.Answered, TurnView.All(state)[2].State);
    }

    [Fact]
    public void There_is_a_bound_to_what_waits()
    {
        var state = Told(new Begin(About));
        for (var i = 0; i < ConversationRules.MostOpen; i++) state = Told(state, Question($"q{i}"));
        Assert.False(state.TakesMore);
        Assert.Empty(ConversationLogic.Decide(state, Question("one more"), Noon));
        Assert.True(Told(state, Said("q0")).TakesMore);
    }

    [Fact]
    public void Nothing_is_recorded_of_a_node_that_has_nothing_to_do() => Assert.Empty(ConversationLogic.Decide(Told(new Begin(About)), new Claim(1, "node", 5), Noon));

    [Fact]
    public void History_and_snapshot_tell_the_same()
    {
        var codec = new ConversationCodec();
        ConversationCommand[] said = [new Begin(About), Question("a"), new Claim(1, "node", 5), new Stop("a"), Said("a"), Question("b"), new Fail("b", "why", "node")];
        var (state, replayed) = (ConversationState.Unknown, ConversationState.Unknown);
        foreach (var command in said)
        {
            foreach (var happened in ConversationLogic.Decide(state, command, Noon))
            {
                var entry = codec.Encode(happened);
                state = ConversationLogic.Evolve(state, happened);
                replayed = ConversationLogic.Evolve(replayed, codec.Decode(new JournalRecord(1, 1, entry.Type, entry.Payload)));
            }
        }

        var kept = codec.DecodeState(codec.EncodeState(state, 1))!;
        foreach (var other in new[] { replayed, kept })
        {
            Assert.Equal(state.Request, other.Request);
            Assert.Equal(state.Turns.Select(turn => (turn.Asked, turn.Answer?.Text, turn.Error)), other.Turns.Select(turn => (turn.Asked, turn.Answer?.Text, turn.Error)));
            Assert.Equal([1, 2, 3], other.Turns[0].Answer!.TokenIds);
        }
    }

    private static Ask Question(string id) => new(id, "What is it?", AsksForMask: false, Wake: true);

    private static Answer Said(string id) => new(id, new SpokenAnswer("A bar.", [1, 2, 3], Complete: true, []), "node");

    private static ConversationState Told(params ConversationCommand[] commands) => Told(ConversationState.Unknown, commands);

    private static ConversationState Told(ConversationState state, params ConversationCommand[] commands) =>
        commands.Aggregate(state, (known, command) => ConversationLogic.Decide(known, command, Noon).Aggregate(known, ConversationLogic.Evolve));
}
