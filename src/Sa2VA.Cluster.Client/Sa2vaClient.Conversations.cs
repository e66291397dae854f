using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Sa2VA.Cluster.Client;

/// <content>Conversations about a video, a picture, or nothing to see.</content>
public sealed partial class Sa2vaClient
{
    /// <summary>Begins a conversation. Nothing is looked at before the first question.</summary>
    /// <exception cref="Sa2vaException">It was refused.</exception>
    public async Task<Conversation> BeginConversationAsync(NewConversation conversation, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var once = Guid.NewGuid().ToString("N");
        using var response = await _caller.SendAsync(
            () => WithKey(new HttpRequestMessage(HttpMethod.Post, $"{Api}/conversations") { Content = JsonContent.Create(conversation, options: Written) }, once), isSafe: true, accept: null, stop);
        return await ReadAsync<Conversation>(response, stop);
    }

    /// <summary>A conversation with all that was said, or null.</summary>
    public Task<Conversation?> FindConversationAsync(string conversationId, CancellationToken stop = default) => FindAsync<Conversation>(PathOf(conversationId), stop);

    /// <summary>Conversations, newest first; pages are fetched as they are needed.</summary>
    public IAsyncEnumerable<ConversationSummary> ListConversationsAsync(CancellationToken stop = default)
        => PagesAsync<ConversationSummary>(next => $"{Api}/conversations{Query(("before", next), ("limit", Text(PageSize)))}", stop);

    /// <summary>
    /// Asks, and hears the answer as it is said; <see cref="AnswerEvent.Over"/> comes last. Cancelling ends the listening, not the answer:
    /// <see cref="StopAnswerAsync"/> does that. Lost connections are renewed where they were lost.
    /// </summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="question">What a person wrote.</param>
    /// <param name="asksForMask">Whether it says what to segment.</param>
    /// <param name="stop">Ends the listening.</param>
    /// <exception cref="Sa2vaException">The question was refused.</exception>
    public async IAsyncEnumerable<AnswerEvent> AskAsync(string conversationId, string question, bool asksForMask = false, [EnumeratorCancellation] CancellationToken stop = default)
    {
        var once = Guid.NewGuid().ToString("N");
        AcceptedTurn accepted;
        using (var response = await _caller.SendAsync(
            () => WithKey(new HttpRequestMessage(HttpMethod.Post, $"{PathOf(conversationId)}/turns") { Content = JsonContent.Create(new { question, asksForMask }) }, once), isSafe: true, accept: null, stop))
        {
            accepted = await ReadAsync<AcceptedTurn>(response, stop);
        }

        yield return new AnswerEvent.Asked(accepted.Turn.Turn);
        await foreach (var heard in HearAsync(conversationId, accepted.Turn.Turn, accepted.After, stop)) yield return heard;
    }

    /// <summary>Hears a turn, from what is kept of its beginning to its end.</summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="turn">Which, from 1.</param>
    /// <param name="stop">Ends the listening.</param>
    /// <exception cref="Sa2vaException">There is no such turn.</exception>
    public IAsyncEnumerable<AnswerEvent> HearTurnAsync(string conversationId, int turn, CancellationToken stop = default) => HearAsync(conversationId, turn, after: null, stop);

    /// <summary>Ends an answer where it is, or before it begins; one that is over stays as it is.</summary>
    /// <returns>The turn, as it stood then.</returns>
    public async Task<ConversationTurn> StopAnswerAsync(string conversationId, int turn, CancellationToken stop = default)
    {
        using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, $"{PathOf(conversationId)}/turns/{Text(turn)}/stop"), isSafe: true, accept: null, stop);
        return await ReadAsync<ConversationTurn>(response, stop);
    }

    /// <summary>Ends a conversation, and removes all that was said; false when there is none.</summary>
    public async Task<bool> ForgetConversationAsync(string conversationId, CancellationToken stop = default)
    {
        using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, PathOf(conversationId)), isSafe: true, accept: HttpStatusCode.NotFound, stop);
        return response.StatusCode != HttpStatusCode.NotFound;
    }

    private async IAsyncEnumerable<AnswerEvent> HearAsync(string conversationId, int turn, string? after, [EnumeratorCancellation] CancellationToken stop)
    {
        for (var lost = 0; ;)
        {
            using var response = await _caller.SendAsync(Make, isSafe: true, accept: null, stop);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop), Encoding.UTF8);
            while (await EventStream.ReadLinesAsync(lines, stop) is var (id, type, data))
            {
                (after, lost) = (id.Length > 0 ? id : after, 0);
                if (Read(type, data) is not { } heard) continue;
                yield return heard;
                if (heard is AnswerEvent.Over) yield break;
            }

            await _caller.PauseAsync(++lost, asked: null, stop);
        }

        HttpRequestMessage Make()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{PathOf(conversationId)}/turns/{Text(turn)}/events");
            if (after is not null) request.Headers.Add("Last-Event-ID", after);
            return request;
        }
    }

    /// <summary>What an event says; null for one that this version does not know.</summary>
    private static AnswerEvent? Read(string type, string data) => type switch
    {
        "answer-began" => JsonSerializer.Deserialize<AnswerEvent.Began>(data, Caller.Json),
        "text" => JsonSerializer.Deserialize<AnswerEvent.Said>(data, Caller.Json),
        "turn-over" => new AnswerEvent.Over(JsonSerializer.Deserialize<ConversationTurn>(data, Caller.Json)!),
        _ => null,
    };

    private static string PathOf(string conversationId) => $"{Api}/conversations/{Escape(conversationId)}";

    private sealed record AcceptedTurn(ConversationTurn Turn, string After);
}
