using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Grounding;

/// <summary>A video that the language model has looked at: what it has read of it, the questions that wait, and the answers under way.</summary>
internal sealed class GroundedVideo(GroundVideo asked, VisionPrefix prefix) : IDisposable
{
    private readonly Queue<VideoQuestion> _waiting = new(asked.Questions);
    private readonly List<(VideoQuestion Question, PendingAnswer Answer)> _open = [];
    private VisionPrefix? _prefix = prefix;

    public GroundVideo Asked => asked;

    /// <summary>Answers under way.</summary>
    public IEnumerable<PendingAnswer> Open => _open.Select(one => one.Answer);

    public bool HasWaiting => _waiting.Count > 0;

    public bool IsDone => _waiting.Count == 0 && _open.Count == 0;

    /// <summary>Bytes that it takes.</summary>
    public long MemoryBytes => (_prefix?.MemoryBytes ?? 0) + _open.Sum(one => one.Answer.MemoryBytes);

    /// <summary>Bytes that the next answer is going to take.</summary>
    public long NextBytes => _prefix?.MemoryBytes ?? 0;

    /// <summary>Begins the next answer. A question that cannot be asked is answered with the reason: it must not cost the others their masks.</summary>
    public void BeginNext(IGroundingModel model)
    {
        var question = _waiting.Dequeue();
        try
        {
            _open.Add((question, question.Kind == QuestionKind.Presence
                ? model.BeginPresence(_prefix!, question.Text)
                : model.Begin(_prefix!, question.Text, new AskOptions { MaxNewTokens = asked.MaxNewTokens, Plain = question.Kind != QuestionKind.Sentence })));
        }
        catch (ArgumentException refusal)
        {
            asked.Answer(question, new ResolvedPrompt("", [], refusal.Message));
        }

        if (_waiting.Count > 0) return;
        // Each answer has read on from a copy.
        _prefix?.Dispose();
        _prefix = null;
    }

    /// <summary>Tells what is complete.</summary>
    public void Deliver(IGroundingModel model)
    {
        foreach (var (question, pending) in _open.Where(one => one.Answer.Answer is not null).ToList())
        {
            asked.Answer(question, Resolved(question.Kind, pending.Answer!, model));
            _open.Remove((question, pending));
            pending.Dispose();
        }

        if (IsDone) asked.Complete();
    }

    /// <summary>Ends it, answered or not.</summary>
    public void Dispose()
    {
        foreach (var (_, pending) in _open) pending.Dispose();
        _open.Clear();
        _prefix?.Dispose();
        _prefix = null;
        asked.Dispose();
    }

    private static ResolvedPrompt Resolved(QuestionKind kind, Answer answer, IGroundingModel model)
    {
        if (Array.Exists(answer.SegEmbeddings, embedding => !Array.TrueForAll(embedding, float.IsFinite)) || answer.SaidYes is { } yes && !double.IsFinite(yes))
            return new ResolvedPrompt("", [], "The language model's answer has numbers that are not finite; the checkpoint may be damaged.");
        var prompt = new ResolvedPrompt(answer.Text, answer.SegEmbeddings) { SaidYes = answer.SaidYes };
        // Other answers are no statements that anybody reads to their ends.
        if (kind is not (QuestionKind.Plain or QuestionKind.Caption)) return prompt;
        return prompt with { IsCutOff = !answer.Complete, Caption = kind == QuestionKind.Caption ? GroundedCaption.Of(answer, ((Sa2vaModel)model).Tokenizer) : null };
    }
}
