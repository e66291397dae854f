using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What the listeners of a conversation are told. It is a window: a piece may be lost, and what was said stands in the journal and in the end of the turn.</summary>
public static class ConversationNews
{
    /// <summary>A gateway took a question.</summary>
    public const string QuestionSent = "question-sent";

    /// <summary>A node begins to answer; what was heard of this answer before is void.</summary>
    public const string AnswerBegan = "answer-began";

    /// <summary>A piece of an answer.</summary>
    public const string Text = "text";

    /// <summary>A turn is over.</summary>
    public const string TurnOver = "turn-over";

    /// <summary>How the details are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Tells of a question.</summary>
    public static JobEvent Sent(string questionId, string question, DateTimeOffset at) => Of(QuestionSent, new SentQuestion(questionId, question), at);

    /// <summary>Tells that a node begins.</summary>
    public static JobEvent Began(int turn, long attempt, string node, bool restarted, DateTimeOffset at) => Of(AnswerBegan, new BegunAnswer(turn, attempt, node, restarted), at);

    /// <summary>Tells a piece of an answer.</summary>
    public static JobEvent Said(int turn, long attempt, int from, string text, DateTimeOffset at) => Of(Text, new SaidText(turn, attempt, from, text), at);

    /// <summary>Tells that a turn is over.</summary>
    public static JobEvent Over(TurnRecord turn, DateTimeOffset at) => Of(TurnOver, TurnView.Of(turn), at);

    /// <summary>The turn that an event is of; null for one that is of none.</summary>
    public static int? TurnOf(JobEvent happened) => (int?)NumberIn(happened, "turn");

    /// <summary>The attempt that an event is of; null for one that is of none. Who was replaced, and has not noticed, speaks on with a lower one than his successor.</summary>
    public static long? AttemptOf(JobEvent happened) => NumberIn(happened, "attempt");

    /// <summary>How a turn that is over ended.</summary>
    internal static TurnState StateOf(JobEvent over) => JsonSerializer.Deserialize<TurnView>(over.Detail!, Json)!.State;

    /// <summary>Whether an answer that begins had been begun before.</summary>
    internal static bool IsRestart(JobEvent began) => JsonSerializer.Deserialize<BegunAnswer>(began.Detail!, Json)!.Restarted;

    private static long? NumberIn(JobEvent happened, string name)
    {
        if (happened.Detail is not { } detail) return null;
        using var document = JsonDocument.Parse(detail);
        return document.RootElement.TryGetProperty(name, out var number) ? number.GetInt64() : null;
    }

    private static JobEvent Of<T>(string type, T detail, DateTimeOffset at) => new(type, at, VideoId: null, JsonSerializer.Serialize(detail, Json));
}

/// <summary>A question on its way.</summary>
/// <param name="QuestionId">Its id.</param>
/// <param name="Question">What was asked.</param>
public sealed record SentQuestion(string QuestionId, string Question);

/// <summary>An answer begins.</summary>
/// <param name="Turn">Of which turn, from 1.</param>
/// <param name="Attempt">Grows with every node that takes the conversation.</param>
/// <param name="Node">Who answers.</param>
/// <param name="Restarted">Whether another node had it, and lost it: what was heard before is void.</param>
public sealed record BegunAnswer(int Turn, long Attempt, string Node, bool Restarted);

/// <summary>A piece of an answer.</summary>
/// <param name="Turn">Of which turn, from 1.</param>
/// <param name="Attempt">Of which attempt to answer.</param>
/// <param name="From">How many characters (UTF-16) of the answer come before it; a listener that has fewer has missed some.</param>
/// <param name="Text">The piece, in whole characters.</param>
public sealed record SaidText(int Turn, long Attempt, int From, string Text);
