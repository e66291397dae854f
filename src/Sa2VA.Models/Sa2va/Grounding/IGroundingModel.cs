using Sa2VA.Models.Sam2;

namespace Sa2VA.Models.Sa2va.Grounding;

/// <summary>
/// A language model with a tracker, as a run uses it: it looks at key frames, and answers questions about them with prompts for the
/// tracker. Safe to call from one thread at a time.
/// </summary>
public interface IGroundingModel : IDisposable
{
    /// <summary>The tracker.</summary>
    Sam2Model Sam2 { get; }

    /// <summary>How frames are made ready for the tracker.</summary>
    ImageNormalizer TrackerNormalizer { get; }

    /// <summary>The mask decoder that reads answers, where it is not the tracker's own; null otherwise.</summary>
    Sam2MaskDecoder? LanguageDecoder { get; }

    /// <summary>The only procedure by which its answers become tracks; null when a caller may choose one.</summary>
    IGroundingProtocol? OwnProtocol { get; }

    /// <summary>Bytes that a frame takes on its way through the vision tower, about.</summary>
    long VisionBytesPerFrame { get; }

    /// <summary>The sizes to which key frames are resized, one after another.</summary>
    /// <param name="width">Pixels of the video.</param>
    /// <param name="height">Pixels of the video.</param>
    /// <param name="frames">Key frames.</param>
    /// <exception cref="ArgumentException">The frame is empty or too elongated.</exception>
    IReadOnlyList<(int Width, int Height)> FrameSizes(int width, int height, int frames);

    /// <summary>Bytes that the prefix of so many frames takes, and about as many each answer to a question about it.</summary>
    long PrefixBytes(int frames);

    /// <summary>Looks at the key frames of several videos, or at still pictures; on the CPU each prefix has the bits that it would have alone.</summary>
    /// <param name="inputs">What to look at, resized.</param>
    /// <param name="framesAtOnce">Frames in a pass, at least 1, where passes can be divided.</param>
    /// <returns>A prefix for each, in their order; the caller's.</returns>
    /// <exception cref="ArgumentException">There is no frame, one has another size, or they are too many for the language model; nothing was looked at.</exception>
    IReadOnlyList<VisionPrefix> Encode(IReadOnlyList<VisionInput> inputs, int framesAtOnce);

    /// <summary>Begins an answer, to be decoded together with others by <see cref="Step"/>.</summary>
    /// <param name="prefix">Of this model; unchanged.</param>
    /// <param name="question">What a person wrote; tokens spelled in it are plain text.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="ArgumentException">The question is empty or too long.</exception>
    PendingAnswer Begin(VisionPrefix prefix, string question, AskOptions? options = null);

    /// <summary>
    /// Asks in words whether something is there, see <see cref="PresenceQuestion"/>; to be decoded as any other answer. It is complete after one
    /// step and has <see cref="Answer.SaidYes"/>.
    /// </summary>
    /// <param name="prefix">Of this model; unchanged.</param>
    /// <param name="expression">What a person calls it.</param>
    /// <exception cref="ArgumentException">It is empty or too long, or the model's tokenizer cannot tell "yes" from "no".</exception>
    PendingAnswer BeginPresence(VisionPrefix prefix, string expression);

    /// <summary>Decodes one token more of each answer, in one pass; those that are complete stay as they are. A step that fails may be done again.</summary>
    void Step(IReadOnlyList<PendingAnswer> answers);
}
