using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.UniPixel;

// Conversations: turns that continue from all that was said before, as the model was trained with. Objects are asked about otherwise, see Objects.
public sealed partial class UniPixelModel
{
    /// <inheritdoc/>
    public Conversation Converse(VisionPrefix? seen = null) => new(seen?.Cache ?? _network.LanguageModel.NewCache(), seen);

    /// <inheritdoc/>
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
        var spoken = asksForMask ? UniPixelQuestion.Apply(text, isImage: conversation.Seen?.Frames == 1) : raw ? text : text.Trim();
        if (conversation.Turns.Count > 0)
            return [.. conversation.Unread is { } last ? (int[])[last] : [], .. _tokens.FollowUp(spoken)];
        return conversation.Seen is null ? _tokens.Opening(spoken) : _tokens.Question([PromptPart.Text(spoken)]);
    }
}
