using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Conversations;

/// <summary>
/// Speaks to conversations wherever they are. One that no node has warm gets what it is sent into its journal, and a node is woken.
/// </summary>
/// <param name="transport">Carries mail and wake-ups.</param>
/// <param name="journal">Where it is written down otherwise.</param>
/// <param name="store">Which conversations there are.</param>
/// <param name="sender">Who sends, for people.</param>
/// <param name="time">The clock.</param>
public sealed class ConversationMailer(ITransport transport, IJournal journal, IConversationStore store, string sender, TimeProvider time)
{
    // Two senders, or a sender and a node that claims, may meet; one of them has to come again.
    private const int Attempts = 10;
    private const int WakeUpsAtOnce = 16;

    // An actor writes a letter down at once, also while it answers, unless it is stuck: then it never reads it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(500);

    /// <summary>Begins a conversation; nothing happens when it is there.</summary>
    /// <returns>The conversation, which is about something else when its id was taken.</returns>
    public async Task<ConversationState> BeginAsync(string conversationId, ConversationRequest request, CancellationToken cancellationToken)
    {
        var known = await ReadAsync(conversationId, cancellationToken);
        return known.Request is not null ? known : await ApplyAsync(conversationId, new ConversationCommand.Begin(request), cancellationToken);
    }

    /// <summary>What is known of a conversation.</summary>
    public Task<ConversationState> ReadAsync(string conversationId, CancellationToken cancellationToken) => ConversationHistory.LoadAsync(journal, conversationId, cancellationToken);

    /// <summary>
    /// Asks; the question is recorded, and somebody is going to answer it, when this returns. Sending it again changes nothing, but wakes a node
    /// where the wake-up was lost, as when a broker was restored from an old backup.
    /// </summary>
    /// <returns>The conversation. It does not know the question when it takes no more of them, or is not there.</returns>
    public async Task<ConversationState> AskAsync(string conversationId, string questionId, string text, bool asksForMask, CancellationToken cancellationToken)
    {
        var known = await ReadAsync(conversationId, cancellationToken);
        if (known.Open.Exists(one => one.Id == questionId) && !await transport.SendAsync(ConversationLetter.KeyOf(conversationId), new ConversationLetter.Wake().ToBytes(), cancellationToken))
            await transport.PublishAsync(new WorkItem(conversationId, Kind: WorkKind.Conversation), cancellationToken);
        if (known.Request is null || known.Knows(questionId) || !known.TakesMore) return known;
        if (await SendAsync(conversationId, new ConversationLetter.Ask(questionId, text, asksForMask), state => state.Knows(questionId) || !state.TakesMore, cancellationToken) is { } taken) return taken;
        var state = await ApplyAsync(conversationId, new ConversationCommand.Ask(questionId, text, asksForMask, Wake: true), cancellationToken);
        await WakeAsync(cancellationToken);
        return state;
    }

    /// <summary>Ends an answer where it is, or before it begins; one that is over stays as it is.</summary>
    public async Task StopAsync(string conversationId, string questionId, CancellationToken cancellationToken)
    {
        if (!IsRunning(await ReadAsync(conversationId, cancellationToken))) return;
        if (await SendAsync(conversationId, new ConversationLetter.Stop(questionId), state => !IsRunning(state), cancellationToken) is null)
            await ApplyAsync(conversationId, new ConversationCommand.Stop(questionId), cancellationToken);

        bool IsRunning(ConversationState state) => state.Open.Exists(one => one.Id == questionId && !one.IsStopped);
    }

    /// <summary>Removes a conversation with all that was said; false when there is none.</summary>
    public async Task<bool> ForgetAsync(string conversationId, CancellationToken cancellationToken)
    {
        var isThere = await store.ForgetAsync(conversationId, cancellationToken);
        // Whoever has it warm cannot write any more; this tells him not to wait until he notices.
        if (isThere) await transport.SendAsync(ConversationLetter.KeyOf(conversationId), new ConversationLetter.Forget().ToBytes(), cancellationToken);
        return isThere;
    }

    /// <summary>The conversation once its owner has written down what it was sent; null when nobody has it, or he does not for long.</summary>
    private async Task<ConversationState?> SendAsync(string conversationId, ConversationLetter letter, Func<ConversationState, bool> isDone, CancellationToken cancellationToken)
    {
        if (!await transport.SendAsync(ConversationLetter.KeyOf(conversationId), letter.ToBytes(), cancellationToken)) return null;
        var since = time.GetTimestamp();
        for (var look = FirstLook; ; look = look * 2 < LongestLook ? look * 2 : LongestLook)
        {
            var state = await ReadAsync(conversationId, cancellationToken);
            if (isDone(state)) return state;
            if (time.GetElapsedTime(since) >= Patience) return null;
            await Task.Delay(look, time, cancellationToken);
        }
    }

    private async Task<ConversationState> ApplyAsync(string conversationId, ConversationCommand command, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ConversationHistory.ApplyAsync(journal, conversationId, sender, command, time.GetUtcNow(), cancellationToken);
            }
            catch (Exception failure) when (failure is FencedException or SequenceConflictException && attempt < Attempts)
            {
                // A node that claims, or another sender, was faster. What it wrote is read anew.
            }
        }
    }

    /// <summary>Sends what the outbox has, so that nobody waits for a node's next look into it.</summary>
    private async Task WakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.PumpOutboxAsync(WakeUpsAtOnce, transport.PublishAsync, cancellationToken);
        }
        catch (Exception away) when (ServerUnavailableException.Is(away))
        {
            // The nodes' own looks send it when the server is back.
        }
    }
}
