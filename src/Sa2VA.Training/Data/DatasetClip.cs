using Sa2VA.Datasets;
using Sa2VA.Media;

namespace Sa2VA.Training.Data;

/// <summary>
/// A video of a dataset with up to 32 of its expressions, each of which is a thing of its own: things overlap where expressions mean
/// the same. Frames are read when they are needed; the last ones are kept while they fit.
/// </summary>
internal sealed class DatasetClip : TrainingClip
{
    private const int MostThings = 32;

    // Pictures and maps of things: all that one sample asks for of a high-definition video.
    private const long CacheBytes = 256L << 20;

    private readonly ReferringVideo _video;
    private readonly List<ReferringExpression> _expressions;
    private readonly Dictionary<int, CachedFrame> _frames = [];
    private readonly Queue<int> _oldest = new();

    public DatasetClip(ReferringVideo video, ref SampleRandom random)
    {
        _video = video;
        _expressions = Choose(video, ref random);
        var meant = _expressions.Select((expression, thing) => expression.IsAbsent ? 0 : 1u << thing).ToList();
        Turns = [.. _expressions.SelectMany((expression, thing) => Conversation(expression, meant[thing]))];
        // Where everything is absent there is still a thing to track: one that is never seen.
        Tracks = meant.TrueForAll(things => things == 0) ? [1] : [.. meant.Where(things => things != 0)];
    }

    public override int FrameCount => _video.FrameNames.Count;

    public override int Width => _video.Width;

    public override int Height => _video.Height;

    public override IReadOnlyList<TrainingTurn> Turns { get; }

    public override IReadOnlyList<uint> Tracks { get; }

    /// <summary>Whether an expression says anything.</summary>
    public static bool CanBeAsked(ReferringExpression expression) => !string.IsNullOrWhiteSpace(expression.Text);

    /// <summary>
    /// What is asked and answered about an expression. Nothing absent is announced, but should it be shown all the same, its mask is
    /// empty.
    /// </summary>
    public static IEnumerable<TrainingTurn> Conversation(ReferringExpression expression, uint things) => expression.IsAbsent
        ? [new TrainingTurn(expression.Text, "It is not there.", 0), new TrainingTurn(expression.Text, "Sure, [SEG].", 0, IsSpoken: false)]
        : [new TrainingTurn(expression.Text, "Sure, [SEG].", things)];

    public override void Prepare(IReadOnlyCollection<int> frames)
    {
        int[] missing = [.. frames.Distinct().Where(frame => !_frames.ContainsKey(frame)).Order()];
        if (missing.Length == 0)
            return;
        var at = 0;
        foreach (var image in _video.ReadFramesAsync(missing).ToBlockingEnumerable())
        {
            using (image)
                Keep(missing[at], image);
            at++;
        }
    }

    public override RgbImage Read(int frame, Span<uint> things)
    {
        if (!_frames.TryGetValue(frame, out var kept))
        {
            using var image = _video.ReadFrame(frame);
            kept = Keep(frame, image);
        }

        var map = kept.Things ??= MapThings(frame);
        map.CopyTo(things);
        return new RgbImage(Width, Height, kept.Pixels);
    }

    private CachedFrame Keep(int frame, RgbImage image)
    {
        var perFrame = (long)Width * Height * (3 + sizeof(uint));
        while (_oldest.Count > 0 && (_oldest.Count + 1) * perFrame > CacheBytes)
            _frames.Remove(_oldest.Dequeue());
        var kept = new CachedFrame(image.Pixels.ToArray());
        _frames.Add(frame, kept);
        _oldest.Enqueue(frame);
        return kept;
    }

    private uint[] MapThings(int frame)
    {
        var map = new uint[Width * Height];
        for (var thing = 0; thing < _expressions.Count; thing++)
        {
            if (!_expressions[thing].IsAbsent)
                ThingMap.Add(_video.Truth(_expressions[thing], frame), 1u << thing, map);
        }

        return map;
    }

    private static List<ReferringExpression> Choose(ReferringVideo video, ref SampleRandom random)
    {
        var all = video.Expressions.Where(CanBeAsked).ToArray();
        if (all.Length <= MostThings)
            return [.. all];
        random.Shuffle<ReferringExpression>(all);
        return [.. all.Take(MostThings)];
    }

    private sealed class CachedFrame(byte[] pixels)
    {
        public byte[] Pixels { get; } = pixels;

        public uint[]? Things { get; set; }
    }
}
