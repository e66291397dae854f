namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>Two words that mean the same, as far as METEOR can tell.</summary>
/// <param name="Candidate">Place in the candidate.</param>
/// <param name="Reference">Place in the reference.</param>
/// <param name="IsExact">Whether the words are equal, or only their stems.</param>
internal readonly record struct WordMatch(int Candidate, int Reference, bool IsExact);

/// <summary>
/// Pairs the words of two captions, each at most once, as METEOR does: as many as possible, where equal stems count half; then in as few chunks as
/// possible; then with places as close as possible. The search keeps the best partial pairings only, as the original does.
/// </summary>
internal static class MeteorAligner
{
    /// <summary>Partial pairings that are kept at each word. The original keeps 40.</summary>
    private const int Beam = 128;

    /// <summary>The pairs, in the order of the candidate.</summary>
    public static IReadOnlyList<WordMatch> Align(IReadOnlyList<string> candidate, IReadOnlyList<string> reference)
    {
        var stems = reference.Select(EnglishStemmer.Of).ToArray();
        var beam = new List<Partial> { Partial.Empty(reference.Count) };
        for (var place = 0; place < candidate.Count; place++)
        {
            var i = place;
            var (word, stem) = (candidate[i], EnglishStemmer.Of(candidate[i]));
            var partners = Enumerable.Range(0, reference.Count).Where(j => reference[j] == word || stems[j] == stem).Select(j => new WordMatch(i, j, reference[j] == word)).ToList();
            var next = new Dictionary<(string Used, int Last), Partial>();
            foreach (var partial in beam)
            {
                Keep(partial.Without());
                foreach (var match in partners)
                {
                    if (!partial.Uses(match.Reference)) Keep(partial.With(match));
                }
            }

            beam = [.. next.Values.OrderByDescending(partial => partial.Weight).ThenBy(partial => partial.Chunks).ThenBy(partial => partial.Distance).Take(Beam)];

            // Of those that can go on in the same ways the best is enough.
            void Keep(Partial partial)
            {
                if (!next.TryGetValue(partial.Key, out var known) || partial.IsBetterThan(known)) next[partial.Key] = partial;
            }
        }

        return beam[0].Matches();
    }

    /// <summary>Runs of pairs that are neighbours in both captions.</summary>
    public static int Chunks(IReadOnlyList<WordMatch> matches)
    {
        var chunks = 0;
        for (var i = 0; i < matches.Count; i++)
        {
            if (i == 0 || matches[i].Candidate != matches[i - 1].Candidate + 1 || matches[i].Reference != matches[i - 1].Reference + 1) chunks++;
        }

        return chunks;
    }

    /// <summary>The pairs of the first words.</summary>
    private sealed class Partial
    {
        private const int NoNeighbour = -2;

        private readonly string _used;
        private readonly Partial? _before;
        private readonly WordMatch _match;
        private readonly int _last;

        private Partial(string used, Partial? before, WordMatch match, int last, int weight, int chunks, int distance)
            => (_used, _before, _match, _last, Weight, Chunks, Distance) = (used, before, match, last, weight, chunks, distance);

        /// <summary>What decides how it can go on: the words that are taken, and the one beside which the next would belong to the chunk.</summary>
        public (string Used, int Last) Key => (_used, _last);

        public int Weight { get; }

        public int Chunks { get; }

        public int Distance { get; }

        public static Partial Empty(int length) => new(new string('.', length), before: null, default, NoNeighbour, 0, 0, 0);

        public bool Uses(int reference) => _used[reference] != '.';

        public Partial Without() => _last == NoNeighbour ? this : new Partial(_used, _before, _match, NoNeighbour, Weight, Chunks, Distance);

        public Partial With(WordMatch match) => new(
            string.Concat(_used.AsSpan(0, match.Reference), "x", _used.AsSpan(match.Reference + 1)), this, match, match.Reference,
            Weight + (match.IsExact ? 2 : 1), Chunks + (match.Reference == _last + 1 ? 0 : 1), Distance + Math.Abs(match.Candidate - match.Reference));

        public bool IsBetterThan(Partial other) => Weight != other.Weight
            ? Weight > other.Weight
            : Chunks != other.Chunks ? Chunks < other.Chunks : Distance < other.Distance;

        public IReadOnlyList<WordMatch> Matches()
        {
            var matches = new Stack<WordMatch>();
            for (var partial = this; partial._before is not null; partial = partial._before) matches.Push(partial._match);
            return [.. matches];
        }
    }
}
