using System.Text.RegularExpressions;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>
/// Understands the sentences of Ref-Shapes from their words alone: first the relations are taken out, then what is said of motion and time;
/// what is left must be looks. An unknown word is an error.
/// </summary>
internal sealed partial class SentenceReader
{
    private const string Words = "(?:small|large|red|orange|yellow|green|cyan|blue|purple|white|plain|striped|dotted|checkered)";

    private static readonly (string Pattern, Func<Observation, int, IReadOnlyList<int>, Finding> Judge)[] Claims =
    [
        ("moves slowly", (seen, i, _) => new Finding(MotionClaims.Speed(seen, i) <= 1.6, MotionClaims.Speed(seen, i) >= 1.9)),
        ("moves quickly", (seen, i, _) => new Finding(MotionClaims.Speed(seen, i) >= 2.5, MotionClaims.Speed(seen, i) <= 2.1)),
        ("(?:moves|goes|PACED)(?: to the)? left", (seen, i, _) => MotionClaims.Towards(seen, i, -1, 0)),
        ("(?:moves|goes|PACED)(?: to the)? right", (seen, i, _) => MotionClaims.Towards(seen, i, 1, 0)),
        ("(?:moves|goes|PACED) (?:upwards|up)", (seen, i, _) => MotionClaims.Towards(seen, i, 0, -1)),
        ("(?:moves|goes|PACED) (?:downwards|down)", (seen, i, _) => MotionClaims.Towards(seen, i, 0, 1)),
        ("stands still|does not move|stays in place", (seen, i, _) => MotionClaims.Still(seen, i)),
        ("spins|is spinning|rotates", (seen, i, _) => MotionClaims.Spins(seen, i)),
        ("turns back|turns around and comes back|goes back the way it came", (seen, i, _) => MotionClaims.TurnsBack(seen, i)),
        ("stops and goes on|stops for a while|stops and moves again", (seen, i, _) => MotionClaims.StopsAndGoes(seen, i)),
        ("moves in a circle|goes round in a circle|is circling", (seen, i, _) => MotionClaims.Circles(seen, i)),
        ("moves fastest|is the fastest|fastest", MotionClaims.Fastest),
        ("last .* to appear|appears last|comes in last", TemporalClaims.LastToAppear),
        ("first .* to leave|leaves first|goes away first", TemporalClaims.FirstToLeave),
        ("leaves and comes back|goes away and returns|leaves and returns", (seen, i, _) => TemporalClaims.LeavesAndReturns(seen, i)),
        ("appears later|comes in later|is not there at the start", (seen, i, _) => TemporalClaims.ComesLater(seen, i)),
        ("leaves and does not come back|goes away for good|is not there at the end", (seen, i, _) => TemporalClaims.LeavesForGood(seen, i)),
        ("is there from start to end|is there all the time|is always there", (seen, i, _) => TemporalClaims.AlwaysThere(seen, i)),
    ];

    private readonly string _text;
    private readonly List<Claim> _claims = [];
    private readonly HashSet<string> _looks = new(StringComparer.Ordinal);

    private SentenceReader(string text) => _text = text;

    /// <summary>How many objects the sentence says there are: 1, a number, or null for any number from two.</summary>
    public int? Count { get; private set; } = 1;

    /// <summary>What it says besides looks.</summary>
    public IReadOnlyList<Claim> Said => _claims;

    public static SentenceReader Read(RefShapesVideo video, string text)
    {
        var reader = new SentenceReader(text);
        var rest = reader.TakeRelations(video, text);
        foreach (var (pattern, judge) in Claims)
        {
            var found = Regex.Match(rest, $@"\b(?:{pattern})\b");
            if (!found.Success) continue;
            reader._claims.Add(new Claim(found.Value, judge));
            // "the last red one to appear": only the claim's own words go, the looks between them stay.
            var left = found.Value.EndsWith("ly", StringComparison.Ordinal) ? "PACED" : string.Join(' ', found.Value.Split(' ').Skip(1).SkipLast(1).Where(w => Known(w) is not null));
            rest = rest.Remove(found.Index, found.Length).Insert(found.Index, left);
        }

        foreach (var word in rest.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)) reader.TakeWord(word);
        return reader;
    }

    /// <summary>How many looks it names.</summary>
    public int Looks => _looks.Count;

    /// <summary>Whether the looks that are named are those of <paramref name="one"/>.</summary>
    public bool Fits(ShapeObject one) => Misfits(one) == 0;

    /// <summary>How many of the looks that are named are not those of <paramref name="one"/>.</summary>
    public int Misfits(ShapeObject one) => _looks.Count(word => !Fits(one, [word]));

    private static bool Fits(ShapeObject one, IEnumerable<string> looks) => looks.All(word =>
        string.Equals(word, one.Size.ToString(), StringComparison.OrdinalIgnoreCase) || string.Equals(word, one.Colour.ToString(), StringComparison.OrdinalIgnoreCase)
        || string.Equals(word, one.Texture.ToString(), StringComparison.OrdinalIgnoreCase) || string.Equals(word, one.Shape.ToString(), StringComparison.OrdinalIgnoreCase));

    private string TakeRelations(RefShapesVideo video, string text) => RelationPattern().Replace(text, match =>
    {
        var looks = match.Groups[2].Value.Split(' ').Select(Known).OfType<string>().ToArray();
        var reference = Assert.Single(video.Objects, one => Fits(one, looks)).Index;
        _claims.Add(new Claim(match.Value, match.Groups[1].Value switch
        {
            "left of" or "to the left of" or "on the left of" => (seen, i, _) => RelationClaims.Beside(seen, i, reference, -1, 0),
            "right of" or "to the right of" or "on the right of" => (seen, i, _) => RelationClaims.Beside(seen, i, reference, 1, 0),
            "above" or "higher than" or "over" => (seen, i, _) => RelationClaims.Beside(seen, i, reference, 0, -1),
            "below" or "lower than" or "under" => (seen, i, _) => RelationClaims.Beside(seen, i, reference, 0, 1),
            _ => (seen, i, candidates) => RelationClaims.Closest(seen, i, reference, candidates),
        }));
        return "";
    });

    private void TakeWord(string word)
    {
        switch (word)
        {
            case "the" or "that" or "which" or "and" or "is" or "one" or "shape" or "object" or "PACED": break;
            case "shapes" or "objects" or "ones": Count = Count == 1 ? null : Count; break;
            case "all" or "every": Count = null; break;
            case "both" or "two": Count = 2; break;
            case "three": Count = 3; break;
            case "four": Count = 4; break;
            case "five": Count = 5; break;
            case "six": Count = 6; break;
            default:
                _looks.Add(Known(word) ?? throw new InvalidOperationException($"'{word}' in \"{_text}\" was not understood."));
                break;
        }
    }

    /// <summary>The word for a look, in the singular; null for any other word.</summary>
    private static string? Known(string word)
    {
        var singular = word switch { "crosses" => "cross", "cross" => word, _ => word.TrimEnd('s') };
        return Regex.IsMatch(singular, $"^(?:{Words}|circle|square|triangle|star|cross|ring)$") ? singular : null;
    }

    [GeneratedRegex(@"((?:to the |on the )?(?:left|right) of|above|higher than|over|below|lower than|under|closest to|nearest to) the ((?:" + Words + @" )*(?:shape|circle|square|triangle|star|cross|ring))")]
    private static partial Regex RelationPattern();
}
