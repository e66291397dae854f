using System.Runtime.CompilerServices;
using System.Text;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Conversations;

/// <summary>What happens in a conversation, as server-sent events.</summary>
internal static class ConversationStream
{
    // A person waits for the next words.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    // Events may be lost; the history is not.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    // The history may know of the end before the last words have come.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>All events after one, without an end.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> AllAsync(IProgressLog progress, string conversationId, string? after, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var stored in progress.ReadEventsAsync(conversationId, after, LongestPause, stop)) yield return Written(stored.Id, stored.Event);
    }

    /// <summary>The events of one turn after one event; the last is always the turn's end, also where it was over before.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> TurnAsync(
        ClusterConnection cluster, ConversationMailer mailer, string conversationId, int turn, string? after, TimeProvider time, [EnumeratorCancellation] CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var events = cluster.Progress.ReadEventsAsync(conversationId, after, LongestPause, end.Token).GetAsyncEnumerator(CancellationToken.None);
        var (next, patience, attempt, isOver) = (events.MoveNextAsync().AsTask(), FirstLook, 0L, false);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await ((Task)next).WaitAsync(patience, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (next.IsCompleted && !await next) yield break;
                var told = next.IsCompleted ? events.Current : null;
                // Turns come one after the other: a later one says that this one is over, whether we heard of it or not.
                if (told is null || ConversationNews.TurnOf(told.Event) > turn)
                {
                    var (open, over) = (await mailer.ReadAsync(conversationId, stop)).At(turn);
                    if (over is not null && (isOver || told is not null)) yield return Written(id: null, ConversationNews.Over(over, over.At));
                    if (open is null && (over is null || isOver || told is not null)) yield break;
                    (isOver, patience) = (over is not null, over is null ? LookEvery : LastWords);
                }

                if (told is null) continue;
                next = events.MoveNextAsync().AsTask();
                // A node that was replaced, and has not noticed, is not heard.
                if (ConversationNews.TurnOf(told.Event) != turn || ConversationNews.AttemptOf(told.Event) < attempt) continue;
                attempt = ConversationNews.AttemptOf(told.Event) ?? attempt;
                yield return Written(told.Id, told.Event);
                if (told.Event.Type == ConversationNews.TurnOver) yield break;
            }
        }
        finally
        {
            // Whoever has enough leaves no read behind.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static ReadOnlyMemory<byte> Written(string? id, JobEvent happened) =>
        Encoding.UTF8.GetBytes($"{(id is null ? "" : $"id: {id}\n")}event: {happened.Type}\ndata: {happened.Detail ?? "{}"}\n\n");
}
