namespace Sa2VA.Models.Sa2va;

// Conversations: turns that continue from all that was said before.
public sealed partial class Sa2vaModel
{
    /// <summary>Begins a conversation.</summary>
    /// <param name="seen">What it is about, taken over: use it for nothing else. Null for a conversation about nothing to see.</param>
    public Conversation Converse(VisionPrefix? seen = null) => new(seen?.Cache ?? _network.LanguageModel.NewCache(), seen);

    /// <summary>
    /// Begins the next turn, to be decoded by <see cref="Step"/>; it reads the new tokens only. When the answer is complete it belongs to the
    /// conversation; disposing of it before takes the turn back.
    /// </summary>
    /// <param name="conversation">One without a turn under way.</param>
    /// <param name="text">What a person wrote; tokens spelled in it are plain text. It is passed on as it is, but for white space around it.</param>
    /// <param name="options">Limits; <see cref="AskOptions.Raw"/> keeps white space too.</param>
    /// <param name="asksForMask">Whether it says what to segment, and is put as <see cref="QuestionTemplate"/> puts it.</param>
    /// <exception cref="ArgumentException">The text is empty, or too long for what the language model can still read.</exception>
    /// <exception cref="InvalidOperationException">A turn is under way.</exception>
    public PendingAnswer Say(Conversation conversation, string text, AskOptions? options = null, bool asksForMask = false)
    {
        options = (options ?? new AskOptions()).Validated();
        return ConversationTurns.Begin(
            _network.LanguageModel, Tokenizer, conversation, text, () => TurnIds(conversation, text, options.Raw, asksForMask), room => Limits(options, room));
    }

    /// <inheritdoc/>
    public void Recall(Conversation conversation, string text, bool asksForMask, IReadOnlyList<int> tokens, bool complete) =>
        ConversationTurns.Recall(_network.LanguageModel, Tokenizer, conversation, text, () => TurnIds(conversation, text, asksForMask: asksForMask), tokens, complete);

    /// <summary>The tokens that a turn adds to what was read.</summary>
    internal int[] TurnIds(Conversation conversation, string text, bool raw = false, bool asksForMask = false)
    {
        var follows = conversation.Turns.Count > 0;
        var isBesidePicture = !follows && conversation.Seen is not null;
        var spoken = asksForMask ? QuestionTemplate.Apply(text, conversation.Seen?.IsStill ?? false) : raw ? text : QuestionTemplate.Spoken(text);
        // What stands between a picture and the question about it has no use elsewhere.
        if (!isBesidePicture && (asksForMask || !raw))
            spoken = spoken.TrimStart();
        if (follows)
            return [.. conversation.Unread is { } last ? (int[])[last] : [], .. _prompts.FollowUp(spoken)];
        return isBesidePicture ? _prompts.Question(conversation.Seen!.Tail + spoken) : _prompts.Opening(spoken);
    }
}
