using System.Globalization;
using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;

namespace Sa2VA.Training.Data;

/// <summary>
/// A Ref-Shapes video with its answers in words. Where finding the object takes more than reading the sentence (relations, motion,
/// time), the answer names it before <c>[SEG]</c>: what was understood is then supervised word by word.
/// </summary>
public sealed class RefShapesClip : TrainingClip
{
    private const int MinimumPixels = 40;

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

    /// <summary>Asks what is seen on one of the key frames, from left to right.</summary>
    public override TrainingTurn? AskAboutFrames(IReadOnlyList<int> keyFrames, ref SampleRandom random)
    {
        var number = random.Below(keyFrames.Count);
        var rgb = new byte[Width * Height * 3];
        _video.Render(keyFrames[number], rgb, _owners);
        var (sums, counts) = (new long[_video.Objects.Count], new int[_video.Objects.Count]);
        for (var i = 0; i < _owners.Length; i++)
        {
            if (_owners[i] == 0)
                continue;
            sums[_owners[i] - 1] += i % Width;
            counts[_owners[i] - 1]++;
        }

        var seen = _video.Objects.Where(thing => counts[thing.Index] >= MinimumPixels).OrderBy(thing => sums[thing.Index] / (double)counts[thing.Index]);
        var answer = string.Join(", ", seen.Select(Name));
        return new TrainingTurn(
            string.Create(CultureInfo.InvariantCulture, $"Describe frame {number + 1}."), answer.Length == 0 ? "nothing." : answer + ".", Things: 0);
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
