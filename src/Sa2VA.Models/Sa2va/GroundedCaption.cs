using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.UniPixel;

namespace Sa2VA.Models.Sa2va;

/// <summary>A phrase of a caption.</summary>
/// <param name="Start">Where it begins in <see cref="GroundedCaption.Text"/>.</param>
/// <param name="Length">Characters; 0 for a mask that has no phrase.</param>
/// <param name="Segment">Which <c>[SEG]</c> of the answer shows it, from 0; null when none does.</param>
public sealed record CaptionPhrase(int Start, int Length, int? Segment);

/// <summary>
/// An answer in which phrases are followed by their masks (grounded conversation generation): <c>&lt;p&gt; a dog &lt;/p&gt; [SEG] runs</c>. As
/// in the official evaluation the i-th <c>[SEG]</c> belongs to the i-th pair of tags, wherever it stands. Tags of a model need not be whole:
/// a phrase whose end is missing goes to the next <c>&lt;p&gt;</c> or <c>[SEG]</c>, or to the end; an end without a beginning is passed over; a pair
/// without a <c>[SEG]</c> is a phrase without a mask; a <c>[SEG]</c> without a pair is a mask without a phrase, which stands where it was said.
/// </summary>
/// <param name="Text">The caption without tags: every run of white space is one space, none stands before a comma or full stop, or at the ends.</param>
/// <param name="Phrases">In the order of the text.</param>
public sealed record GroundedCaption(string Text, IReadOnlyList<CaptionPhrase> Phrases)
{
    /// <summary>The request that models were trained with; the official code's run of spaces inside is one space here.</summary>
    public const string Request =
        "Could you please give me a brief description of the image? Please respond with interleaved segmentation masks for the corresponding parts of the answer.";

    /// <summary>The words of a phrase.</summary>
    public string TextOf(CaptionPhrase phrase) => Text.Substring(phrase.Start, phrase.Length);

    /// <summary>Reads an answer by its tokens, so that text that only looks like a tag is text. Of a UniPixel, which knows no tags, it has masks without phrases.</summary>
    public static GroundedCaption Of(Answer answer, Tokenizer tokenizer)
    {
        var (start, end, segment) = (tokenizer.Id(QwenTokens.PhraseStart), tokenizer.Id(QwenTokens.PhraseEnd), tokenizer.Id(QwenTokens.Segmentation) ?? tokenizer.RequiredId(UniPixelTokens.Segmentation));
        var spoken = answer.Complete ? answer.TokenIds.AsSpan(..^1) : answer.TokenIds;
        var (parts, text) = (new List<CaptionPart>(), new List<int>());
        foreach (var id in spoken)
        {
            if (id != start && id != end && id != segment)
            {
                text.Add(id);
                continue;
            }

            EndText();
            parts.Add(id == segment ? CaptionPart.Segment : id == start ? CaptionPart.Start : CaptionPart.End);
        }

        EndText();
        return Of(parts);

        void EndText()
        {
            if (text.Count > 0) parts.Add(CaptionPart.Words(tokenizer.Decode([.. text])));
            text.Clear();
        }
    }

    /// <summary>Reads tags and the text between them.</summary>
    internal static GroundedCaption Of(IEnumerable<CaptionPart> parts)
    {
        var caption = new CaptionText();
        var phrases = new List<(int Start, int Length)>();
        var places = new List<int>();
        var isOpen = false;
        foreach (var part in parts)
        {
            switch (part.Kind)
            {
                case CaptionPartKind.Words:
                    caption.Add(part.Text);
                    break;
                case CaptionPartKind.Start:
                    Close();
                    caption.BeginPhrase();
                    isOpen = true;
                    break;
                case CaptionPartKind.End:
                    Close();
                    break;
                case CaptionPartKind.Segment:
                    Close();
                    places.Add(caption.Length);
                    break;
            }
        }

        Close();
        var found = phrases.Select((phrase, i) => new CaptionPhrase(phrase.Start, phrase.Length, i < places.Count ? i : null));
        var alone = places.Skip(phrases.Count).Select((place, i) => new CaptionPhrase(place, 0, phrases.Count + i));
        return new GroundedCaption(caption.ToString(), [.. found.Concat(alone).OrderBy(phrase => phrase.Start)]);

        void Close()
        {
            if (!isOpen) return;
            phrases.Add(caption.EndPhrase());
            isOpen = false;
        }
    }
}
