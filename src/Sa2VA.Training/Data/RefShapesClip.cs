using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;

namespace Sa2VA.Training.Data;

/// <summary>
/// A Ref-Shapes video with its answers in words. Where finding the object takes more than reading the sentence (relations, motion,
/// time), the answer names it before <c>[SEG]</c>: what was understood is then supervised word by word.
/// </summary>
public sealed class RefShapesClip : TrainingClip
{
    // How often a description asks for something else than what is there.
    private const double ChangedShare = 0.4;

    private readonly RefShapesVideo _video;
    private readonly byte[] _owners;

    public RefShapesClip(RefShapesVideo video)
    {
        _video = video;
        _owners = new byte[video.Width * video.Height];
        Turns = [.. video.Expressions.SelectMany(Conversation)];
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

    /// <summary>Asks for one thing by some of its properties; the answer names all of them, or says that there is no such thing.</summary>
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
        return new TrainingTurn($"Describe the {string.Join(' ', words)}.", found.Count == 0 ? "It is not there." : $"It is {Name(found[0])}.",
            Things: 0, About: found.Count == 0 ? 0 : 1u << found[0].Index);
    }

    private IEnumerable<TrainingTurn> Conversation(RefShapesExpression expression)
    {
        var things = expression.Objects.Aggregate(0u, (set, index) => set | 1u << index);
        if (things == 0)
        {
            yield return new TrainingTurn(expression.Text, "It is not there.", 0);
            yield return new TrainingTurn(expression.Text, "It is [SEG].", 0, IsSpoken: false);
            yield break;
        }

        var needsLooking = expression.Level is RefShapesLevel.Relation or RefShapesLevel.Motion or RefShapesLevel.Temporal;
        yield return new TrainingTurn(
            expression.Text, needsLooking ? $"It is {string.Join(", ", expression.Objects.Select(index => Name(_video.Objects[index])))}: [SEG]." : "It is [SEG].", things);
    }

    private static string Name(ShapeObject thing) =>
        $"the {Word(thing.Size)} {Word(thing.Colour)} {Word(thing.Texture)} {Word(thing.Shape)}";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
