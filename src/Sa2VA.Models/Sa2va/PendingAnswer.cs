using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sa2va;

/// <summary>An answer while it is decoded, see <see cref="Sa2vaModel.Step"/>. Owned by the caller; depends on no other answer, and not on its prefix any more.</summary>
public sealed class PendingAnswer : IDisposable
{
    private readonly KeyValueCache _cache;
    private readonly Conversation? _conversation;
    private readonly TokenText _text;
    private int _told;

    /// <param name="cache">What was read; taken over, unless it is a conversation's.</param>
    /// <param name="rest">Embeddings of what is read next.</param>
    /// <param name="limits">When to stop.</param>
    /// <param name="tokenizer">For the text.</param>
    /// <param name="conversation">To which the answer belongs; null for one that stands alone.</param>
    internal PendingAnswer(KeyValueCache cache, Tensor rest, GenerationOptions limits, Tokenizer tokenizer, Conversation? conversation = null)
    {
        (_cache, _conversation, _text) = (cache, conversation, new TokenText(tokenizer));
        Decoding = new GrowingAnswer(cache, rest, limits);
    }

    /// <summary>Null until it is complete.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => _cache.Bytes;

    internal GrowingAnswer Decoding { get; }

    /// <summary>What was said since this was last called, in whole characters; all of it together is <see cref="Answer.Text"/>.</summary>
    public string TakeText()
    {
        var spoken = Decoding.Stopped ? Decoding.Tokens.Count - 1 : Decoding.Tokens.Count;
        var text = "";
        for (; _told < spoken; _told++)
            text += _text.Add(Decoding.Tokens[_told]);
        return Answer is null ? text : text + _text.End();
    }

    /// <summary>Ends it early: it is complete, with what was said so far, after at most two steps more. Its <see cref="Answer.Complete"/> is false then.</summary>
    public void End() => Decoding.End();

    /// <summary>Also takes the turn back in its conversation, where the answer is not complete.</summary>
    public void Dispose()
    {
        Decoding.Dispose();
        if (_conversation is null)
            _cache.Dispose();
        else if (Answer is null)
            _conversation.TakeBack();
    }

    internal void Complete(Answer answer)
    {
        Answer = answer;
        _conversation?.Keep(answer, Decoding.Stopped);
    }
}
