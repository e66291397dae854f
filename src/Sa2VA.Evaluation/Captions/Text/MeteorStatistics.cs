namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>What METEOR counts in a caption and its reference. Those of several captions add up, and the sum has a score of its own.</summary>
/// <param name="Candidate">Words of the candidate.</param>
/// <param name="Reference">Words of the reference.</param>
/// <param name="Chunks">Runs of pairs that are neighbours in both; none for captions that are equal as a whole, which are not scattered.</param>
public sealed record MeteorStatistics(MeteorStatistics.Side Candidate, MeteorStatistics.Side Reference, int Chunks)
{
    // The parameters for English, and the weights of the modules, of METEOR 1.5.
    private const double Alpha = 0.85;
    private const double Beta = 0.2;
    private const double Gamma = 0.6;
    private const double Delta = 0.75;
    private const double ExactWeight = 1;
    private const double StemWeight = 0.6;

    /// <summary>Nothing was counted.</summary>
    public static MeteorStatistics None { get; } = new(Side.None, Side.None, 0);

    /// <summary>From 0 to 1: the weighted harmonic mean of precision and recall, less a penalty for scattered pairs.</summary>
    public double Score
    {
        get
        {
            var (precision, recall) = (Candidate.Share, Reference.Share);
            if (precision == 0 || recall == 0) return 0;
            var mean = 1 / ((1 - Alpha) / precision + Alpha / recall);
            var scatter = Chunks / ((Candidate.Matched + Reference.Matched) / 2.0);
            return mean * (1 - Gamma * Math.Pow(scatter, Beta));
        }
    }

    /// <summary>Compares two captions.</summary>
    public static MeteorStatistics Of(IReadOnlyList<string> candidate, IReadOnlyList<string> reference)
    {
        var matches = MeteorAligner.Align(candidate, reference);
        var chunks = MeteorAligner.Chunks(matches);
        return new MeteorStatistics(
            Side.Of(candidate, matches.Select(match => (match.Candidate, match.IsExact))),
            Side.Of(reference, matches.Select(match => (match.Reference, match.IsExact))),
            chunks == 1 && matches.Count == candidate.Count && matches.Count == reference.Count ? 0 : chunks);
    }

    /// <summary>Compares a caption with the reference that suits it best.</summary>
    /// <param name="candidate">Words.</param>
    /// <param name="references">At least one.</param>
    public static MeteorStatistics OfBest(IReadOnlyList<string> candidate, IReadOnlyList<IReadOnlyList<string>> references)
        => references.Select(reference => Of(candidate, reference)).MaxBy(statistics => statistics.Score)!;

    /// <summary>Both together.</summary>
    public MeteorStatistics Plus(MeteorStatistics other) => new(Candidate.Plus(other.Candidate), Reference.Plus(other.Reference), Chunks + other.Chunks);

    /// <summary>One of the two captions.</summary>
    /// <param name="Content">Words that mean something.</param>
    /// <param name="Function">The others.</param>
    public sealed record Side(WordCounts Content, WordCounts Function)
    {
        /// <summary>No words.</summary>
        public static Side None { get; } = new(default, default);

        /// <summary>Those with a partner.</summary>
        public int Matched => Content.Exact + Content.Stem + Function.Exact + Function.Stem;

        /// <summary>The weighted share of words with a partner: precision of a candidate, recall of a reference.</summary>
        internal double Share
        {
            get
            {
                var all = Delta * Content.All + (1 - Delta) * Function.All;
                return all == 0 ? 0 : (Delta * Weight(Content) + (1 - Delta) * Weight(Function)) / all;

                static double Weight(WordCounts counts) => ExactWeight * counts.Exact + StemWeight * counts.Stem;
            }
        }

        internal static Side Of(IReadOnlyList<string> words, IEnumerable<(int Place, bool IsExact)> matches)
        {
            var exact = matches.ToDictionary(match => match.Place, match => match.IsExact);
            return new Side(Count(isFunction: false), Count(isFunction: true));

            WordCounts Count(bool isFunction)
            {
                var places = Enumerable.Range(0, words.Count).Where(place => FunctionWords.Contain(words[place]) == isFunction).ToList();
                return new WordCounts(
                    places.Count,
                    places.Count(place => exact.TryGetValue(place, out var isExact) && isExact),
                    places.Count(place => exact.TryGetValue(place, out var isExact) && !isExact));
            }
        }

        internal Side Plus(Side other) => new(Content.Plus(other.Content), Function.Plus(other.Function));
    }

    /// <summary>Words of one kind.</summary>
    /// <param name="All">How many.</param>
    /// <param name="Exact">With an equal partner.</param>
    /// <param name="Stem">With a partner of the same stem.</param>
    public readonly record struct WordCounts(int All, int Exact, int Stem)
    {
        internal WordCounts Plus(WordCounts other) => new(All + other.All, Exact + other.Exact, Stem + other.Stem);
    }
}
