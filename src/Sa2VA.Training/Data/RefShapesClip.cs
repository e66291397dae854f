using System.Globalization;
using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Training.Data;

/// <summary>
/// A Ref-Shapes video with its answers in words. Where looks alone do not tell what is meant (relations, motion, time), the
/// answer first lists what the key frames show and where, marks what fits, compares where that is asked for, names what is meant, then says
/// <c>[SEG]</c>: every step from seeing to understanding is supervised word by word, and each reads what those before it wrote.
/// </summary>
public sealed class RefShapesClip : TrainingClip
{
    // How often a description asks for something else than what is there.
    private const double ChangedShare = 0.4;

    // Cells of the grid that places are told in, one digit each: about the size of a small object.
    private const int Columns = 10;
    private const int Rows = 8;

    private const string Unseen = "--";
    private const string Fits = "+";
    private const string FitsNot = "/";
    private const string Reference = "*";
    private const string SoughtWord = "=";
    private const string BesideWord = "~";
    private const string Absent = "It is not there.";
    private const string Shown = "It is [SEG].";

    // Fewer pixels are not worth a place.
    private const int LeastSeen = 12;

    // Words of sentences that say what things look like, and how many are meant.
    private static readonly HashSet<string> LookWords =
    [
        .. Enum.GetValues<ShapeKind>().SelectMany(kind => new[] { Word(kind), Word(kind) + "s" }), "crosses",
        .. Enum.GetValues<ShapeColour>().Select(Word), .. Enum.GetValues<ShapeTexture>().Select(Word), .. Enum.GetValues<ShapeSize>().Select(Word),
        "the", "a", "one", "ones", "shape", "shapes", "object", "objects", "that", "which", "is", "are", "and", "all", "both", "every", "each", "of",
        "two", "three", "four", "five", "six",
    ];

    // All words that Traits has.
    private static readonly string[] TraitWords = ["still", "circling", "turns", "stops", "left", "right", "up", "down", "moves", "spins", "later", "returns", "leaves", "all"];

    // Sentences for practice, beside the six to eight of a video.
    private const int Practice = 8;

    private readonly RefShapesVideo _video;
    private readonly Dictionary<string, RefShapesExpression> _expressions = new(StringComparer.Ordinal);
    private readonly byte[] _owners;

    public RefShapesClip(RefShapesVideo video)
    {
        _video = video;
        _owners = new byte[video.Width * video.Height];
        foreach (var expression in video.Expressions.Concat(video.Practise(Practice))) _expressions.TryAdd(expression.Text, expression);
        Turns = [.. _expressions.Values.SelectMany(Conversation)];
        Tracks = [.. video.Objects.Select(thing => 1u << thing.Index)];
    }

    /// <summary>Shapes, colours, textures, sizes.</summary>
    public static IReadOnlyList<int> Kinds { get; } =
        [Enum.GetValues<ShapeKind>().Length, Enum.GetValues<ShapeColour>().Length, Enum.GetValues<ShapeTexture>().Length, Enum.GetValues<ShapeSize>().Length];

    public override IReadOnlyList<int> ClassSizes => Kinds;

    public override int FrameCount => _video.FrameCount;

    public override int Width => _video.Width;

    public override int Height => _video.Height;

    public override IReadOnlyList<TrainingTurn> Turns { get; }

    public override IReadOnlyList<uint> Tracks { get; }

    public override IReadOnlyList<int> ClassesOf(int thing)
    {
        var it = _video.Objects[thing];
        return [(int)it.Shape, (int)it.Colour, (int)it.Texture, (int)it.Size];
    }

    public override RgbImage Read(int frame, Span<uint> things)
    {
        var image = new RgbImage(Width, Height);
        _video.Render(frame, image.Pixels, _owners);
        for (var i = 0; i < _owners.Length; i++)
            things[i] = _owners[i] == 0 ? 0 : 1u << (_owners[i] - 1);
        return image;
    }

    /// <summary>
    /// Asks for one thing by some of its properties. To half of these questions the answer names all of them, or says that there is no such
    /// thing; to the other half it shows it.
    /// </summary>
    public override TrainingTurn? AskForDescription(ref SampleRandom random)
    {
        // Properties of a thing, now and then with one changed: mostly near misses.
        var thing = _video.Objects[random.Below(_video.Objects.Count)];
        int[] wanted = [.. ClassesOf(thing.Index)];
        if (random.Chance(ChangedShare))
        {
            var kind = random.Below(Kinds.Count);
            wanted[kind] = random.Below(Kinds[kind]);
        }

        var asked = 1 + random.Below((1 << Kinds.Count) - 1);
        var found = _video.Objects.Where(other => Enumerable.Range(0, Kinds.Count).All(kind => (asked >> kind & 1) == 0 || ClassesOf(other.Index)[kind] == wanted[kind])).ToList();
        if (found.Count > 1)
            return null;
        var words = new[] { (3, Word((ShapeSize)wanted[3])), (1, Word((ShapeColour)wanted[1])), (2, Word((ShapeTexture)wanted[2])) }
            .Where(word => (asked >> word.Item1 & 1) != 0).Select(word => word.Item2).Append((asked & 1) != 0 ? Word((ShapeKind)wanted[0]) : "shape");
        var thingSet = found.Count == 0 ? 0 : 1u << found[0].Index;
        if (random.Chance(0.5))
            return new TrainingTurn($"the {string.Join(' ', words)}", found.Count == 0 ? Absent : Shown, thingSet);
        return new TrainingTurn($"Describe the {string.Join(' ', words)}.", found.Count == 0 ? Absent : $"It is {Name(found[0])}.", Things: 0, About: thingSet);
    }

    /// <summary><c>&lt;p&gt; the large red dotted ring &lt;/p&gt; [SEG], &lt;p&gt; … &lt;/p&gt; [SEG].</c>: what is seen on the key frames, in the order of surveys.</summary>
    public override TrainingTurn? Caption(IReadOnlyList<uint[]> shown)
    {
        var listed = Listed([.. shown.Select(Places)]);
        if (listed.Count == 0) return null;
        return new TrainingTurn(
            GroundedCaption.Request, $"{string.Join(", ", listed.Select(thing => $"<p> {Name(thing)} </p> [SEG]"))}.", listed.Aggregate(0u, (set, thing) => set | 1u << thing.Index))
        {
            Each = [.. listed.Select(thing => 1u << thing.Index)],
        };
    }

    public override TrainingTurn AskAboutRegion(IReadOnlyList<int> things, int asked) => new(
        string.Create(CultureInfo.InvariantCulture, $"Please give me a short description of the region in the picture marked by region{asked + 1}."),
        $"It is {Name(_video.Objects[things[asked]])}.", Things: 0, About: 1u << things[asked])
    {
        Regions = [.. things.Select(thing => 1u << thing)],
        IsPlain = true,
    };

    private IEnumerable<TrainingTurn> Conversation(RefShapesExpression expression)
    {
        var things = expression.Objects.Aggregate(0u, (set, index) => set | 1u << index);
        // Who is told all of a thing's looks needs nothing else to find it.
        var isSurveyed = !expression.Text.Split(' ').All(LookWords.Contains) && _video.ReasonsOf(expression).Sought.Count(LookWords.Contains) < Kinds.Count;
        if (things == 0)
        {
            yield return new TrainingTurn(expression.Text, Absent, 0, IsSurveyed: isSurveyed);
            yield return new TrainingTurn(expression.Text, Shown, 0, IsSpoken: false);
            yield break;
        }

        var name = string.Join(", ", expression.Objects.Select(index => Name(_video.Objects[index])));
        yield return new TrainingTurn(expression.Text, isSurveyed ? $"It is {name}: [SEG]." : Shown, things, IsSurveyed: isSurveyed);
    }

    /// <summary>
    /// <c>For circle left to cyan star. Seen: red circle= plain large 3444546474 right all+; cyan~ star~ plain small 6545331232 still all/*; By cyan star
    /// plain small 6545331232: red circle plain large 3444546474+; It is …</c>: what is looked for, in the words of the list; each thing with its column and row on every key frame (<c>--</c> where it is not seen), how it moves and when it is there, and whether it
    /// fits all that can be told from it alone (<c>+</c>, <c>/</c>), words that the sentence has too marked (<c>=</c>; <c>~</c> and <c>*</c> for what it is beside). Then, where things have to be compared, those that fit, by the reference, or
    /// with the digit that they are compared by. In the order of colours, then shapes, so that there is one right list.
    /// Slips stand in the list as if they were seen, and words are marked as they stand there; what fits, and the answer, is the truth: who sees badly has to take what fits best.
    /// </summary>
    public override IReadOnlyList<SurveyPart> Survey(TrainingTurn turn, IReadOnlyList<uint[]> shown, double slips, ref SampleRandom random)
    {
        var reasons = _video.ReasonsOf(_expressions[turn.Question]);
        var places = shown.Select(Places).ToArray();
        var listed = Listed(places);
        var parts = new List<SurveyPart> { new(Sought(reasons), IsConcluded: true), new(" Seen:") };
        var beside = reasons.Comparisons.SelectMany(comparison => comparison.ReferenceWords).ToHashSet(StringComparer.Ordinal);
        var told = new Dictionary<int, string>();
        foreach (var thing in listed)
        {
            var set = 1u << thing.Index;
            var looks = Slipped(LooksOf(thing), slips, ref random);
            told[thing.Index] = string.Join(' ', looks);
            foreach (var (word, right) in looks.Zip(LooksOf(thing))) Say(word, set, isSlip: word != right);
            parts.Add(new SurveyPart(" ", set));
            for (var frame = 0; frame < shown.Count; frame++)
                parts.Add(new SurveyPart(places[frame][thing.Index] ?? Unseen, set, frame));
            foreach (var word in _video.TraitsOf(thing.Index))
            {
                var said = random.Chance(slips) ? TraitWords[random.Below(TraitWords.Length)] : word;
                Say(said, set, isSlip: said != word);
            }

            parts.Add(new SurveyPart(
                (reasons.Fitting.Contains(thing.Index) ? Fits : FitsNot) + (reasons.Comparisons.Any(comparison => comparison.Reference == thing.Index) ? Reference : ""), IsConcluded: true));
            parts.Add(new SurveyPart(";"));
        }

        foreach (var comparison in reasons.Comparisons)
            Compare(comparison);
        parts.Add(new SurveyPart(" "));
        return parts;

        // A word of the list, marked where the sentence has it too: of what is looked for, and of what it is beside.
        void Say(string word, uint set, bool isSlip)
        {
            parts.Add(new SurveyPart(" " + word, set, IsSlip: isSlip));
            var marks = (reasons.Sought.Contains(word) ? SoughtWord : "") + (beside.Contains(word) ? BesideWord : "");
            if (marks.Length > 0)
                parts.Add(new SurveyPart(marks, IsConcluded: true));
        }

        void Compare(RefShapesComparison comparison)
        {
            parts.Add(new SurveyPart(comparison.Reference is { } reference ? $" By {Placed(_video.Objects[reference])}:" : " By:"));
            foreach (var thing in listed)
            {
                var value = comparison.Values.Where(pair => pair.Object == thing.Index).Select(pair => (int?)pair.Value).FirstOrDefault();
                if (value is null)
                    continue;
                parts.Add(new SurveyPart($" {(comparison.Reference is null ? told[thing.Index] : Placed(thing))}"));
                parts.Add(new SurveyPart(
                    comparison.Measure == RefShapesMeasure.Side ? Mark(value == 1) : string.Create(CultureInfo.InvariantCulture, $" {value}"), IsConcluded: true));
                parts.Add(new SurveyPart(";"));
            }
        }

        string Placed(ShapeObject thing) => $"{told.GetValueOrDefault(thing.Index) ?? string.Join(' ', LooksOf(thing))} {string.Concat(places.Select(frame => frame[thing.Index] ?? Unseen))}";
    }

    // What has a place on some frame, in the order of colours, then shapes.
    private List<ShapeObject> Listed(string?[][] places) => _video.Objects.Where(thing => places.Any(frame => frame[thing.Index] is not null))
        .OrderBy(thing => thing.Colour).ThenBy(thing => thing.Shape).ThenBy(thing => thing.Texture).ThenBy(thing => thing.Size).ThenBy(thing => thing.Index).ToList();

    private static string Sought(RefShapesReasons reasons) => string.Concat(
    [
        "For", .. reasons.Sought.Select(word => " " + word),
        .. reasons.Comparisons.SelectMany(one => (string[])[" " + one.Way, .. one.Reference is null ? Array.Empty<string>() : [" to", .. one.ReferenceWords.Select(word => " " + word)]]), ".",
    ]);

    private static string[] LooksOf(ShapeObject thing) => [Word(thing.Colour), Word(thing.Shape), Word(thing.Texture), Word(thing.Size)];

    // Looks with a word now and then replaced by another of its kind.
    private static string[] Slipped(string[] looks, double slips, ref SampleRandom random)
    {
        Type[] kinds = [typeof(ShapeColour), typeof(ShapeKind), typeof(ShapeTexture), typeof(ShapeSize)];
        for (var i = 0; i < looks.Length; i++)
        {
            var words = Enum.GetNames(kinds[i]);
            if (random.Chance(slips)) looks[i] = words[random.Below(words.Length)].ToLowerInvariant();
        }

        return looks;
    }

    private static string Mark(bool fits) => fits ? Fits : FitsNot;

    private string?[] Places(uint[] things)
    {
        Span<(long X, long Y, int Pixels)> sums = stackalloc (long, long, int)[RefShapesVideo.MaxObjects];
        sums.Clear();
        for (var i = 0; i < things.Length; i++)
        {
            if (things[i] == 0)
                continue;
            ref var sum = ref sums[System.Numerics.BitOperations.TrailingZeroCount(things[i])];
            sum = (sum.X + i % Width, sum.Y + i / Width, sum.Pixels + 1);
        }

        var places = new string?[_video.Objects.Count];
        for (var i = 0; i < places.Length; i++)
        {
            var (x, y, pixels) = sums[i];
            if (pixels >= LeastSeen)
                places[i] = string.Create(CultureInfo.InvariantCulture, $"{x * Columns / ((long)pixels * Width)}{y * Rows / ((long)pixels * Height)}");
        }

        return places;
    }

    private static string Name(ShapeObject thing) =>
        $"the {Word(thing.Size)} {Word(thing.Colour)} {Word(thing.Texture)} {Word(thing.Shape)}";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
