using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Sa2va.Grounding;

/// <summary>A language model with a tracker that conversations of several turns are held with. Safe to call from one thread at a time.</summary>
public interface IConversingModel : IGroundingModel
{
    /// <summary>The model's.</summary>
    Tokenizer Tokenizer { get; }

    /// <summary>Begins a conversation.</summary>
    /// <param name="seen">What it is about, taken over: use it for nothing else. Null for a conversation about nothing to see.</param>
    Conversation Converse(VisionPrefix? seen = null);

    /// <summary>
    /// Begins the next turn, to be decoded by <see cref="IGroundingModel.Step"/>; it reads the new tokens only. When the answer is complete it
    /// belongs to the conversation; disposing of it before takes the turn back.
    /// </summary>
    /// <param name="conversation">One without a turn under way.</param>
    /// <param name="text">What a person wrote; tokens spelled in it are plain text. It is passed on as it is, but for white space around it.</param>
    /// <param name="options">Limits; <see cref="AskOptions.Raw"/> keeps white space too.</param>
    /// <param name="asksForMask">Whether it says what to segment, and is put in the words that the model was trained with.</param>
    /// <exception cref="ArgumentException">The text is empty, or too long for what the language model can still read.</exception>
    /// <exception cref="InvalidOperationException">A turn is under way.</exception>
    PendingAnswer Say(Conversation conversation, string text, AskOptions? options = null, bool asksForMask = false);

    /// <summary>
    /// Reads a turn that was had before, in another process say, in one pass: the conversation goes on behind it as if it had been had here. The
    /// tokens are those that were read then; what they leave behind may differ in the last bits, as it was read token by token.
    /// </summary>
    /// <param name="conversation">One without a turn under way, in which every turn before was had or recalled.</param>
    /// <param name="text">What a person wrote then.</param>
    /// <param name="asksForMask">As it was asked then.</param>
    /// <param name="tokens">The answer's, at least one: <see cref="Answer.TokenIds"/>.</param>
    /// <param name="complete">The answer's <see cref="Answer.Complete"/>.</param>
    /// <exception cref="ArgumentException">The turn is longer than what the language model can still read.</exception>
    /// <exception cref="InvalidOperationException">A turn is under way.</exception>
    void Recall(Conversation conversation, string text, bool asksForMask, IReadOnlyList<int> tokens, bool complete);
}
