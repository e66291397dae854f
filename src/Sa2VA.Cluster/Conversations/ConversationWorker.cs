using Sa2VA.Actors;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Conversations;

/// <summary>
/// Answers the questions of one conversation. It looks at the source, and reads what was said before, when the first comes; the language
/// model's memory of all that stays for those that follow.
/// </summary>
internal sealed class ConversationWorker(ConversationPlace place, ConversationSitting sitting, ActorRef<ConversationCommand> conversation) : Actor<ConversationWork>
{
    private OpenConversation? _open;

    public override async ValueTask ReceiveAsync(ConversationWork message, CancellationToken cancellationToken)
    {
        ConversationCommand outcome;
        try
        {
            _open ??= await OpenConversation.OpenAsync(place, message.About, message.Before, cancellationToken);
            outcome = new ConversationCommand.Answer(message.Question.Id, await AnswerAsync(_open, message, cancellationToken), sitting.Owner);
            sitting.Bytes = await _open.Chat.MeasureAsync(cancellationToken);
        }
        catch (Exception failure) when (ReasonOf(failure) is { } reason)
        {
            outcome = new ConversationCommand.Fail(message.Question.Id, reason, sitting.Owner);
        }

        await conversation.TellAsync(outcome, cancellationToken);
    }

    public override async ValueTask PostStopAsync()
    {
        if (_open is not null) await _open.DisposeAsync();
    }

    private async Task<SpokenAnswer> AnswerAsync(OpenConversation open, ConversationWork work, CancellationToken cancellationToken)
    {
        var asked = work.Question;
        // One that is longer than brokers let anybody hold a message ends there; one that is given up is not kept at all.
        using var limit = new CancellationTokenSource(ConversationPlace.LongestAnswer, place.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(work.Stop, limit.Token, cancellationToken);
        var (said, begun) = (0, place.Time.GetTimestamp());
        var options = work.About.OptionsAt(asked.Turn);
        var answer = asked.AsksForMask
            ? await open.Chat.AskForMaskAsync(asked.Text, options, Say, stop.Token)
            : await open.Chat.AskAsync(asked.Text, options, Say, stop.Token);
        cancellationToken.ThrowIfCancellationRequested();
        IReadOnlyList<FollowedObject> objects = open.Chat.Source is null ? [] : AnswerObjects.Of(answer, GroundedCaption.Of(answer, open.Chat.Tokenizer), asked.Text);
        return new SpokenAnswer(answer.Text, [.. answer.TokenIds], answer.Complete, [.. objects.Select(one => one.Label)]);

        void Say(string piece)
        {
            if (said == 0) place.FirstWords(place.Time.GetElapsedTime(begun));
            sitting.Tell(ConversationNews.Said(asked.Turn, sitting.Epoch, said, piece, place.Time.GetUtcNow()));
            said += piece.Length;
        }
    }

    /// <summary>Why a question cannot be answered; null when another try, here or elsewhere, is the right answer.</summary>
    private static string? ReasonOf(Exception failure) =>
        !ServerUnavailableException.Is(failure) && RunFailures.Of(failure) is { Kind: not (RunFailureKind.TakenOver or RunFailureKind.Storage) } reason ? reason.Message : null;
}
