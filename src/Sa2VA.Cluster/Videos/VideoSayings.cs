using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>What the language model has said about a video, beside the masks.</summary>
/// <param name="Questions">Every question that was asked for, in their order, answered or not yet.</param>
/// <param name="Caption">The caption; null when none was asked for, or it has not been said yet.</param>
public sealed record VideoSayings(IReadOnlyList<SaidAnswer> Questions, SaidCaption? Caption)
{
    /// <summary>What is known of a video by now.</summary>
    internal static VideoSayings Of(VideoOrder order, Video video, IReadOnlyList<PlannedObject> objects)
    {
        var (questions, caption) = (new List<SaidAnswer>(), (SaidCaption?)null);
        for (var target = 0; target < order.Targets.Count; target++)
        {
            var found = objects.Where(one => one.Target == target).Select(one => one.ObjectId).ToList();
            var said = video.Prompts.GetValueOrDefault(target);
            switch (order.Targets[target])
            {
                case RunTarget.Question(var text):
                    questions.Add(new SaidAnswer(target, text, said is { Failure: null } ? said.Answer : null, said is { Failure: null, IsCutOff: false }, said?.Failure, found));
                    break;
                case RunTarget.Caption when said is not null:
                    caption = CaptionOf(target, said, found);
                    break;
            }
        }

        return new VideoSayings(questions, caption);
    }

    private static SaidCaption CaptionOf(int target, ResolvedPrompt said, List<int> objects) => new(
        target, said.Caption?.Text, said.Failure is null ? said.Answer : null, said is { Failure: null, IsCutOff: false }, said.Failure,
        [.. (said.Caption?.Phrases ?? []).Select(phrase => new SaidPhrase(
            said.Caption!.TextOf(phrase), phrase.Start, phrase.Length, phrase.Segment is { } segment && segment < objects.Count ? objects[segment] : null))]);
}

/// <summary>A question and its answer.</summary>
/// <param name="Target">Its number among everything that was asked for, from 0.</param>
/// <param name="Question">What a person asked.</param>
/// <param name="Answer">What the language model said; null before it has, or when it could not be asked.</param>
/// <param name="Complete">False when the limit of tokens cut the answer off, or there is none.</param>
/// <param name="Failure">Why it could not be asked.</param>
/// <param name="Objects">Ids of the objects that the answer shows, one for each <c>[SEG]</c>.</param>
public sealed record SaidAnswer(int Target, string Question, string? Answer, bool Complete, string? Failure, IReadOnlyList<int> Objects);

/// <summary>A description of the video.</summary>
/// <param name="Target">Its number among everything that was asked for, from 0.</param>
/// <param name="Text">The words, without tags; null when the language model could not be asked.</param>
/// <param name="Answer">What the language model said, tags included.</param>
/// <param name="Complete">False when the limit of tokens cut it off, or there is none.</param>
/// <param name="Failure">Why it could not be asked.</param>
/// <param name="Phrases">In the order of the words.</param>
public sealed record SaidCaption(int Target, string? Text, string? Answer, bool Complete, string? Failure, IReadOnlyList<SaidPhrase> Phrases);

/// <summary>A phrase of a caption.</summary>
/// <param name="Text">Its words; empty for a mask that has no phrase.</param>
/// <param name="Start">Where it begins in the caption, in UTF-16 units.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Object">The object that shows it; null when it has no mask.</param>
public sealed record SaidPhrase(string Text, int Start, int Length, int? Object);
