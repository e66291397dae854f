using System.Numerics;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Training.Data;

/// <summary>Chooses what is asked about a clip, and writes it as tokens with what is to be learnt of each. Thread-safe.</summary>
internal sealed class TurnSampler(Sa2vaConfig config, PromptTokens prompts, SampleOptions options)
{
    // A visual token shows a thing that covers this much of it.
    private const float ShownShare = 0.2f;

    // Regions that are shown with one question.
    private const int MostRegions = 4;

    // Cells along a side of a frame, as the language model sees it.
    private readonly int _cells = config.CellsPerSide;

    /// <summary>The turns of a sample.</summary>
    /// <param name="clip">What is asked about.</param>
    /// <param name="views">Frames on which masks are decoded.</param>
    /// <param name="shown">Frames that the language model sees.</param>
    /// <param name="isStill">Whether that is one, as a picture.</param>
    /// <param name="random">Makes the choices.</param>
    public List<SampledTurn> Choose(TrainingClip clip, ClipView[] views, ClipView[] shown, bool isStill, ref SampleRandom random)
    {
        var turns = clip.Turns.ToArray();
        random.Shuffle<TrainingTurn>(turns);
        uint[][] things = [.. shown.Select(view => view.Things)];
        var seen = things.SelectMany(frame => frame).Aggregate(0u, (set, at) => set | at);
        // One frame tells nothing of what moves, or comes later.
        if (isStill) turns = [.. turns.Where(turn => !turn.IsSurveyed && (turn.Things == 0 || (turn.Things & seen) != 0))];
        var chosen = new List<SampledTurn>();
        foreach (var turn in turns.Take(options.Questions))
            chosen.Add(Tokens(turn, Survey(turn, clip, shown, things, ref random), clip, views, shown, isStill, ref random));
        for (var i = 0; i < options.Descriptions && !isStill; i++)
        {
            if (clip.AskForDescription(ref random) is { } about)
                chosen.Add(Tokens(about, SurveyTokens.None, clip, views, shown, isStill, ref random));
        }

        foreach (var turn in InWords(clip, turns, things, seen, isStill, ref random))
            chosen.Add(Tokens(turn, SurveyTokens.None, clip, views, shown, isStill, ref random));
        return chosen;
    }

    private sealed record SurveyTokens(int[] Ids, bool[][] Looks, AnswerKind[] Kinds)
    {
        public static SurveyTokens None { get; } = new([], [], []);
    }

    // Captions, questions whether something is there, and questions about regions.
    private List<TrainingTurn> InWords(TrainingClip clip, TrainingTurn[] turns, uint[][] things, uint seen, bool isStill, ref SampleRandom random)
    {
        var words = new List<TrainingTurn>();
        for (var i = 0; i < options.Captions; i++)
        {
            if (clip.Caption(things) is { } caption) words.Add(caption);
        }

        for (var i = 0; i < options.Presences; i++)
        {
            // As often of something that is there as of something that is not, where there are both.
            var wanted = random.Chance(0.5);
            var asked = turns.Where(turn => turn.IsSpoken && turn.Things != 0 == wanted).ToList();
            if (asked.Count == 0) continue;
            var turn = asked[random.Below(asked.Count)];
            words.Add(new TrainingTurn(PresenceQuestion.Of(turn.Question, isStill), wanted ? PresenceQuestion.Yes : PresenceQuestion.No, Things: 0, About: turn.Things) { IsPlain = true });
        }

        for (var i = 0; i < options.Regions && isStill && seen != 0; i++)
        {
            int[] there = [.. Enumerable.Range(0, 32).Where(thing => (seen >> thing & 1) != 0)];
            random.Shuffle<int>(there);
            int[] marked = there[..random.Between(1, Math.Min(there.Length, MostRegions))];
            if (clip.AskAboutRegion(marked, random.Below(marked.Length)) is { } about) words.Add(about);
        }

        return words;
    }

    private SurveyTokens Survey(TrainingTurn turn, TrainingClip clip, ClipView[] shown, uint[][] things, ref SampleRandom random)
    {
        if (!turn.IsSurveyed)
            return SurveyTokens.None;
        var (ids, looks, kinds) = (new List<int>(), new List<bool[]>(), new List<AnswerKind>());
        foreach (var part in clip.Survey(turn, things, options.Slips, ref random))
        {
            var tokens = prompts.Tokenizer.Encode(part.Text);
            ids.AddRange(tokens);
            looks.AddRange(Enumerable.Repeat(TokensOf(part.About, part.Frame, clip, shown), tokens.Length));
            kinds.AddRange(Enumerable.Repeat(part.IsSlip ? AnswerKind.Slip : part.IsConcluded ? AnswerKind.Conclusion : AnswerKind.Survey, tokens.Length));
        }

        return new SurveyTokens([.. ids], [.. looks], [.. kinds]);
    }

    private SampledTurn Tokens(TrainingTurn turn, SurveyTokens survey, TrainingClip clip, ClipView[] views, ClipView[] shown, bool isStill, ref SampleRandom random)
    {
        List<IReadOnlyList<int>> cells = [.. turn.Regions.Select(region => CellsOf(region, clip, shown[0]))];
        var regions = cells.Count == 0 ? [] : prompts.Regions([.. cells.Select(region => region.Count)]);
        var put = turn.IsPlain ? "\n" + turn.Question.Trim() : QuestionTemplate.Apply(turn.Question, isStill);
        int[] question = [.. regions, .. prompts.Question(PromptTokens.Tail(cells.Count) + put)];
        var answer = prompts.Answer(turn.Answer);
        int[] ids = [.. question, .. survey.Ids, .. answer];

        // Each word of an answer is about what the next [SEG] shows.
        var (segments, looks) = (new List<SampledSegment>(), new List<bool[]>(survey.Looks));
        var about = TokensOf(turn.Meant(0) | turn.About, frame: null, clip, shown);
        for (var at = ids.Length - answer.Length; at < ids.Length; at++)
        {
            looks.Add(about);
            if (ids[at] != prompts.Segmentation) continue;
            segments.Add(Segment(at, turn.Meant(segments.Count), clip, views, ref random));
            about = TokensOf(turn.Meant(segments.Count) | turn.About, frame: null, clip, shown);
        }

        return new SampledTurn(ids, question.Length, turn.IsSpoken, segments, [.. survey.Kinds, .. new AnswerKind[answer.Length]], looks)
        {
            Repeated = [.. Enumerable.Range(0, regions.Length).Where(at => regions[at] == prompts.Placeholder).Zip(cells.SelectMany(region => region))],
        };
    }

    private SampledSegment Segment(int index, uint things, TrainingClip clip, ClipView[] views, ref SampleRandom random)
    {
        var slots = Enumerable.Range(0, views.Length).ToArray();
        random.Shuffle<int>(slots);
        return new SampledSegment(
            index,
            [.. slots.Take(options.MasksPerQuestion).Select(slot => (slot, MaskSampling.Sample(views[slot].Things, clip.Width, clip.Height, things, options.TargetSize, promptSide: 0)))],
            BitOperations.IsPow2(things) ? clip.ClassesOf(BitOperations.TrailingZeroCount(things)) : []);
    }

    // The visual tokens of a region, as a model is shown them when it is asked.
    private IReadOnlyList<int> CellsOf(uint region, TrainingClip clip, ClipView shown) =>
        RegionCells.Of([.. shown.Things.Select(set => (set & region) != 0 ? (byte)1 : (byte)0)], clip.Width, clip.Height, _cells);

    // The visual tokens that show something of a set: those that it covers a share of.
    private bool[] TokensOf(uint wanted, int? frame, TrainingClip clip, ClipView[] shown)
    {
        if (wanted == 0)
            return [];
        var tokens = shown.SelectMany((view, number) => frame is { } only && only != number
                ? new float[_cells * _cells] : MaskSampling.Sample(view.Things, clip.Width, clip.Height, wanted, _cells, promptSide: 0).Coverage)
            .Select(share => share >= ShownShare).ToArray();
        return tokens.Contains(value: true) ? tokens : [];
    }
}
