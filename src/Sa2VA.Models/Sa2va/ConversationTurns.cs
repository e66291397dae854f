using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Tokenizers;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

/// <summary>How a turn begins, whichever model it is said to: the models differ in the tokens of a turn.</summary>
internal static class ConversationTurns
{
    /// <param name="model">Reads the tokens.</param>
    /// <param name="tokenizer">For the text of the answer.</param>
    /// <param name="conversation">One without a turn under way.</param>
    /// <param name="text">What a person wrote.</param>
    /// <param name="turn">The tokens that it adds to what was read.</param>
    /// <param name="limits">When to stop, by the room that is left.</param>
    /// <exception cref="ArgumentException">The text is empty, or too long for what can still be read.</exception>
    /// <exception cref="InvalidOperationException">A turn is under way.</exception>
    public static PendingAnswer Begin(LanguageModel model, Tokenizer tokenizer, Conversation conversation, string text, Func<int[]> turn, Func<long, GenerationOptions> limits)
    {
        if (conversation.IsAnswering)
            throw new InvalidOperationException("A turn of this conversation is under way: end it or dispose of it first.");
        if (string.IsNullOrWhiteSpace(text))
            throw new ArgumentException("The question is empty. Ask something.", nameof(text));

        var ids = turn();
        var room = LanguageModel.ContextLimit - conversation.Tokens - ids.Length - 1;
        if (room < 1)
        {
            throw new ArgumentException(
                $"The question takes {ids.Length} tokens; with the {conversation.Tokens} that were read before that is more than the {LanguageModel.ContextLimit} that the language model reads. Begin a new conversation, or ask a shorter question.", nameof(text));
        }

        using var scope = NewDisposeScope();
        var pending = new PendingAnswer(conversation.Cache, model.Embed(ids), limits(room), tokenizer, conversation);
        conversation.Ask(text, ids.Length);
        return pending;
    }

    /// <summary>Reads a turn that was had before, see <see cref="Grounding.IConversingModel.Recall"/>.</summary>
    /// <param name="model">Reads the tokens.</param>
    /// <param name="tokenizer">For the text of the answer.</param>
    /// <param name="conversation">One without a turn under way.</param>
    /// <param name="text">What a person wrote then.</param>
    /// <param name="turn">The tokens that it adds to what was read.</param>
    /// <param name="tokens">The answer's.</param>
    /// <param name="complete">Whether it came to its end.</param>
    public static void Recall(LanguageModel model, Tokenizer tokenizer, Conversation conversation, string text, Func<int[]> turn, IReadOnlyList<int> tokens, bool complete)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Count);
        if (conversation.IsAnswering)
            throw new InvalidOperationException("A turn of this conversation is under way: end it or dispose of it first.");
        // The token that ended an answer is written anew by what follows.
        int[] spoken = [.. complete ? tokens.SkipLast(1) : tokens];
        int[] read = [.. turn(), .. spoken];
        if (conversation.Tokens + read.Length >= LanguageModel.ContextLimit)
        {
            throw new ArgumentException(
                $"The turn takes {read.Length} tokens; with the {conversation.Tokens} that were read before that is more than the {LanguageModel.ContextLimit} that the language model reads. Was it had with another model?", nameof(tokens));
        }

        using var scope = NewDisposeScope();
        conversation.Recall(new ConversationTurn(text, new Answer(tokenizer.Decode(spoken).Trim(), [.. tokens], [], complete)), cache => model.forward(model.Embed(read), cache));
    }
}
