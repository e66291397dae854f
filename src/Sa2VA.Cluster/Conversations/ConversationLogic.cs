using System.Globalization;
using static Sa2VA.Cluster.Conversations.ConversationCommand;
using static Sa2VA.Cluster.Conversations.ConversationEvent;

namespace Sa2VA.Cluster.Conversations;

/// <summary>A conversation's thinking, as two pure functions.</summary>
public static class ConversationLogic
{
    /// <summary>What should happen? Duplicates and late messages are ordinary and change nothing.</summary>
    public static IReadOnlyList<ConversationEvent> Decide(ConversationState state, ConversationCommand command, DateTimeOffset now) => command switch
    {
        Begin(var request) when state.Request is null => [new ConversationBegun(request, now)],
        _ when state.Request is null => [],

        Ask(var id, _, _, _) when state.Knows(id) || !state.TakesMore => [],
        Ask(var id, var text, var asksForMask, var wake) => [new QuestionAsked(new AskedQuestion(id, state.Turns.Count + state.Open.Count + 1, text, asksForMask, now), wake)],

        // Nothing to do, and so nothing to be known for.
        Claim when state.Open.IsEmpty => [],
        Claim(var epoch, var owner, var most) when state.Attempts >= most =>
            [new ConversationClaimed(epoch, owner, now), new QuestionFailed(state.Open[0].Id, GivenUp(state), owner, now)],
        Claim(var epoch, var owner, _) => [new ConversationClaimed(epoch, owner, now)],

        Stop(var id) when state.Open.Exists(one => one.Id == id && !one.IsStopped) => [new AnswerStopped(id, now)],
        Answer(var id, var said, var node) when IsUnderWay(state, id) => [new QuestionAnswered(id, said, node, now)],
        Fail(var id, var reason, var node) when IsUnderWay(state, id) => [new QuestionFailed(id, reason, node, now)],
        _ => [],
    };

    /// <summary>What did happen? Live traffic and replay share it.</summary>
    public static ConversationState Evolve(ConversationState state, ConversationEvent happened) => happened switch
    {
        ConversationBegun(var request, _) => state with { Request = request },
        QuestionAsked(var question, _) => state with { Open = state.Open.Add(question) },
        ConversationClaimed(var epoch, var owner, _) => state with { Epoch = epoch, Owner = owner, Attempts = state.Attempts + 1 },
        AnswerStopped(var id, _) => state with { Open = [.. state.Open.Select(one => one.Id == id ? one with { IsStopped = true } : one)] },
        QuestionAnswered(var id, var answer, var node, var at) => Over(state, id, answer, error: null, node, at),
        QuestionFailed(var id, var reason, var node, var at) => Over(state, id, answer: null, reason, node, at),
        _ => state,
    };

    private static bool IsUnderWay(ConversationState state, string questionId) => !state.Open.IsEmpty && state.Open[0].Id == questionId;

    private static ConversationState Over(ConversationState state, string questionId, SpokenAnswer? answer, string? error, string node, DateTimeOffset at)
    {
        var asked = state.Open.Find(one => one.Id == questionId)!;
        return state with { Open = state.Open.Remove(asked), Turns = state.Turns.Add(new TurnRecord(asked, answer, error, node, at)), Attempts = 0 };
    }

    private static string GivenUp(ConversationState state) =>
        string.Create(CultureInfo.InvariantCulture, $"{state.Attempts} attempts in a row came to no end, the last one on '{state.Owner}'. Ask in another way, or look at that node's log.");
}
