using Sa2VA.Media;

namespace Sa2VA.Training.Data;

/// <summary>
/// A video to learn from: frames, where up to 32 things are in them, and what may be asked. Used by one thread at a time.
/// A set of things is a bit mask; bit i stands for thing i.
/// </summary>
public abstract class TrainingClip
{
    /// <summary>Number of frames.</summary>
    public abstract int FrameCount { get; }

    /// <summary>Width of frames and masks in pixels.</summary>
    public abstract int Width { get; }

    /// <summary>Height of frames and masks in pixels.</summary>
    public abstract int Height { get; }

    /// <summary>Questions with their answers.</summary>
    public abstract IReadOnlyList<TrainingTurn> Turns { get; }

    /// <summary>The sets of things that are worth tracking, at least one.</summary>
    public abstract IReadOnlyList<uint> Tracks { get; }

    /// <summary>Says which frames will be read next, for clips that read several at once faster than one by one.</summary>
    public virtual void Prepare(IReadOnlyCollection<int> frames)
    {
    }

    /// <summary>One frame.</summary>
    /// <param name="frame">Its index.</param>
    /// <param name="things">[Height * Width] receives the set of things that are seen at each pixel.</param>
    /// <returns>The picture, owned by the caller.</returns>
    public abstract RgbImage Read(int frame, Span<uint> things);

    /// <summary>A question that is answered by words alone; null when the dataset has none.</summary>
    /// <param name="random">Chooses between questions.</param>
    public virtual TrainingTurn? AskForDescription(ref SampleRandom random) => null;

    /// <summary>What is seen on key frames, and what follows from it, in words: stands before answers with <see cref="TrainingTurn.IsSurveyed"/>. Empty when the dataset has none.</summary>
    /// <param name="turn">What is asked.</param>
    /// <param name="shown">Of each key frame, [Height * Width] the set of things seen at each pixel.</param>
    /// <param name="slips">Share of the words about what is seen that are wrong, as a model's own are.</param>
    /// <param name="random">Chooses them.</param>
    public virtual IReadOnlyList<SurveyPart> Survey(TrainingTurn turn, IReadOnlyList<uint[]> shown, double slips, ref SampleRandom random) => [];

    /// <summary>
    /// A caption whose phrases are followed by the masks of what they name (grounded conversation generation); null when the dataset cannot name
    /// what is shown.
    /// </summary>
    /// <param name="shown">Of each key frame, [Height * Width] the set of things seen at each pixel.</param>
    public virtual TrainingTurn? Caption(IReadOnlyList<uint[]> shown) => null;

    /// <summary>A question about a region of a picture; null when the dataset cannot say what is in it.</summary>
    /// <param name="things">What is in the regions that are shown, <c>region1</c> first.</param>
    /// <param name="asked">Which of them it is about, from 0.</param>
    public virtual TrainingTurn? AskAboutRegion(IReadOnlyList<int> things, int asked) => null;

    /// <summary>The classes of a thing, one per <see cref="ClassSizes"/>; empty when the dataset does not say.</summary>
    public virtual IReadOnlyList<int> ClassesOf(int thing) => [];

    /// <summary>How many classes each kind of label has (shape, colour …); empty when the dataset has none.</summary>
    public virtual IReadOnlyList<int> ClassSizes => [];
}

/// <summary>A question and the answer to learn.</summary>
/// <param name="Question">As a person writes it; the question template is applied to it.</param>
/// <param name="Answer">What the model should say; <c>[SEG]</c> in it is the token.</param>
/// <param name="Things">What its <c>[SEG]</c> should show; 0 for nothing.</param>
/// <param name="About">What its words are about, where that is more than is shown.</param>
/// <param name="IsSpoken">Whether the words are learnt too, or only the mask: an absent thing's mask is empty, but it should not be announced.</param>
/// <param name="IsSurveyed">Whether the model says first what it sees, and where.</param>
public sealed record TrainingTurn(string Question, string Answer, uint Things, uint About = 0, bool IsSpoken = true, bool IsSurveyed = false)
{
    /// <summary>What each <c>[SEG]</c> of the answer should show, in their order, where there are several; empty when there is one at most, which shows <see cref="Things"/>.</summary>
    public IReadOnlyList<uint> Each { get; init; } = [];

    /// <summary>Whether the question is put as it is, and not as a request for a mask.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The things in the regions of the picture that are shown with the question, <c>region1</c> first; none for most questions.</summary>
    public IReadOnlyList<uint> Regions { get; init; } = [];

    /// <summary>What a model should look at while it answers.</summary>
    public uint Seen => Things | About;

    /// <summary>What the next <c>[SEG]</c> shows when so many were said.</summary>
    internal uint Meant(int segments) => Each.Count == 0 ? Things : Each[Math.Min(segments, Each.Count - 1)];
}

/// <summary>Some words of a survey.</summary>
/// <param name="Text">The words.</param>
/// <param name="About">The things that they are about; 0 for none.</param>
/// <param name="Frame">The one key frame that they are about; null for all.</param>
/// <param name="IsConcluded">Whether they follow from what was written before, rather than from the picture.</param>
/// <param name="IsSlip">Whether they are wrong: read, but not learnt.</param>
public sealed record SurveyPart(string Text, uint About = 0, int? Frame = null, bool IsConcluded = false, bool IsSlip = false);
