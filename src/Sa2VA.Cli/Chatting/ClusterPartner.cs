using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Chatting;

/// <summary>A conversation in a cluster.</summary>
internal sealed class ClusterPartner : IChatPartner
{
    private readonly Sa2vaClient _client;
    private readonly NewConversation _about;
    private string _id;

    private ClusterPartner(Sa2vaClient client, NewConversation about, string id) => (_client, _about, _id) = (client, about, id);

    public string? Conversation => _id;

    public bool HasSource => _about.Source is not null;

    /// <summary>Begins a conversation.</summary>
    public static async Task<ClusterPartner> BeginAsync(Sa2vaClient client, NewConversation about, CancellationToken stop) =>
        new(client, about, (await client.BeginConversationAsync(about, stop)).ConversationId);

    /// <summary>Goes on with one.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<ClusterPartner> GoOnAsync(Sa2vaClient client, string id, CancellationToken stop)
    {
        var known = await client.FindConversationAsync(id, stop) ?? throw new CliException(ExitCodes.Usage, $"There is no conversation '{id}'.");
        return new ClusterPartner(client, new NewConversation(known.Model) { Source = known.Source }, id);
    }

    public async Task<Spoken> AskAsync(string text, bool asksForMask, IChatListener listener, CancellationToken stop, CancellationToken end)
    {
        var (heard, isWhole) = (0, true);
        var stopping = Task.CompletedTask;
        ConversationTurn? over = null;
        CancellationTokenRegistration whenStopped = default;
        try
        {
            await foreach (var one in _client.AskAsync(_id, text, asksForMask, end))
            {
                switch (one)
                {
                    case AnswerEvent.Asked(var turn):
                        whenStopped = stop.Register(() => stopping = _client.StopAnswerAsync(_id, turn, end));
                        break;
                    case AnswerEvent.Began(_, Restarted: true):
                        (heard, isWhole) = (0, true);
                        listener.Restarted();
                        break;
                    case AnswerEvent.Said(var from, var piece) when isWhole && from == heard:
                        heard += piece.Length;
                        listener.Said(piece);
                        break;
                    case AnswerEvent.Said(var from, _) when from > heard:
                        // The rest comes with the end.
                        isWhole = false;
                        break;
                    case AnswerEvent.Over(var turn):
                        over = turn;
                        break;
                }
            }

            await stopping;
        }
        finally
        {
            await whenStopped.DisposeAsync();
        }

        if (over!.Answer is not { } answer) throw new CliException(ExitCodes.Incomplete, over.Error ?? "The question could not be answered.");
        if (!isWhole || heard == 0 && answer.Length > 0)
        {
            if (heard > 0) listener.Restarted();
            listener.Said(answer);
        }

        return new Spoken(answer, over.Complete, over.Tokens, over.Objects);
    }

    /// <summary>Begins another one about the same.</summary>
    public async Task ResetAsync(CancellationToken end) => _id = (await _client.BeginConversationAsync(_about, end)).ConversationId;

    // Masks of whole videos are made by jobs.
    public Task<IReadOnlyList<string>> OutlineAsync(int turn, CancellationToken stop) => Task.FromResult<IReadOnlyList<string>>([]);
}
