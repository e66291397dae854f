using System.Globalization;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// One procedural video with its sentences and its exact truth. A pure function of split, seed and index, on every machine. Immutable and
/// safe to use from several threads; nothing is drawn before <see cref="Render"/>.
/// </summary>
public sealed class RefShapesVideo
{
    /// <summary>Pixels across, of every video.</summary>
    public const int FrameWidth = 192;

    /// <summary>Pixels down, of every video.</summary>
    public const int FrameHeight = 144;

    /// <summary>Changes whenever the same seed no longer gives the same videos; scores of different versions do not compare.</summary>
    public const int Version = 1;

    /// <summary>No video has more objects.</summary>
    public const int MaxObjects = 6;

    private readonly ulong _seed;
    private readonly Facts _facts;
    private Backdrop? _backdrop;

    private RefShapesVideo(RefShapesSplit split, ulong seed, int index)
    {
        (Split, _seed, Index) = (split, seed, index);
        Id = string.Create(CultureInfo.InvariantCulture, $"{split.Name()}_{index:0000}");
        Scene = SceneBuilder.Build(split, RandomStream.For(split, seed, index, 0));
        _facts = new Facts(new Timeline(Scene));
        Expressions = ExpressionBuilder.Build(split, _facts, RandomStream.For(split, seed, index, 2));
    }

    /// <summary>The split it belongs to.</summary>
    public RefShapesSplit Split { get; }

    /// <summary>Its number in the split.</summary>
    public int Index { get; }

    /// <summary>Name of its folder: <c>val_0003</c>.</summary>
    public string Id { get; }

    /// <summary>Pixels across.</summary>
    public int Width => FrameWidth;

    /// <summary>Pixels down.</summary>
    public int Height => FrameHeight;

    /// <summary>30 to 48, or 3,000 to 3,600 in the long split.</summary>
    public int FrameCount => Scene.FrameCount;

    /// <summary>Exactly 12.</summary>
    public double FramesPerSecond => 12;

    /// <summary>2 to 6 objects; an object's index is its place here.</summary>
    public IReadOnlyList<ShapeObject> Objects => Scene.Objects;

    /// <summary>The sentences.</summary>
    public IReadOnlyList<RefShapesExpression> Expressions { get; }

    internal Scene Scene { get; }

    /// <summary>Makes a video.</summary>
    /// <param name="split">Its stream of randomness.</param>
    /// <param name="seed">0 is the published benchmark.</param>
    /// <param name="index">From 0 to <see cref="RefShapesSplits.VideoCount"/> - 1.</param>
    public static RefShapesVideo Create(RefShapesSplit split, ulong seed, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index >= split.VideoCount())
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The {split.Name()} split has the videos 0 to {split.VideoCount() - 1}.");
        return new RefShapesVideo(split, seed, index);
    }

    /// <summary>Draws a frame.</summary>
    /// <param name="frame">From 0 to <see cref="FrameCount"/> - 1.</param>
    /// <param name="rgb">Receives [H, W, 3].</param>
    /// <param name="owners">Receives [H, W]: 0 where no object is seen, else the index of the object seen there, plus 1.</param>
    public void Render(int frame, Span<byte> rgb, Span<byte> owners)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, FrameCount);
        if (rgb.Length != FrameWidth * FrameHeight * 3)
            throw new ArgumentException($"A frame has {FrameWidth * FrameHeight * 3} bytes, not {rgb.Length}.", nameof(rgb));
        CheckOwners(owners);
        // Two threads may both paint it; they paint the same.
        var backdrop = _backdrop ??= new Backdrop(RandomStream.For(Split, _seed, Index, 1));
        FrameRenderer.Render(Scene, backdrop, frame, rgb, owners);
    }

    /// <summary>How many pixels of each object are seen, by index.</summary>
    /// <param name="owners">As <see cref="Render"/> left it.</param>
    public int[] VisiblePixels(ReadOnlySpan<byte> owners)
    {
        CheckOwners(owners);
        var pixels = new int[Objects.Count];
        foreach (var owner in owners)
        {
            if (owner > 0) pixels[owner - 1]++;
        }

        return pixels;
    }

    /// <summary>The truth of an expression on a frame: 1 where an object that it means is seen, else 0.</summary>
    /// <param name="expression">One of <see cref="Expressions"/>.</param>
    /// <param name="owners">As <see cref="Render"/> left it.</param>
    /// <param name="mask">Receives [H, W].</param>
    public void Mask(RefShapesExpression expression, ReadOnlySpan<byte> owners, Span<byte> mask)
    {
        ArgumentNullException.ThrowIfNull(expression);
        CheckOwners(owners);
        CheckOwners(mask);
        Span<byte> meant = stackalloc byte[Objects.Count + 1];
        meant.Clear();
        foreach (var index in expression.Objects) meant[index + 1] = 1;
        for (var i = 0; i < owners.Length; i++) mask[i] = meant[owners[i]];
    }

    /// <summary>
    /// Sentences beyond <see cref="Expressions"/>, for learning from: about motion, time and relations, whose nouns say little of what is in the
    /// video. They are no part of the benchmark.
    /// </summary>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<RefShapesExpression> Practise(int count) => ExpressionBuilder.Practise(_facts, RandomStream.For(Split, _seed, Index, 3), count);

    /// <summary>What is plainly true of how an object moves and when it is there: "right", "spins", "later"; at least one word.</summary>
    /// <param name="index">Its place in <see cref="Objects"/>.</param>
    public IReadOnlyList<string> TraitsOf(int index) => Traits.Of(_facts, index);

    /// <summary>Why an expression means what it means.</summary>
    /// <param name="expression">One of <see cref="Expressions"/>, or of <see cref="Practise"/>.</param>
    public RefShapesReasons ReasonsOf(RefShapesExpression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return RefShapesReasons.Of(expression.Phrase, _facts);
    }

    private static void CheckOwners(ReadOnlySpan<byte> owners)
    {
        if (owners.Length != FrameWidth * FrameHeight)
            throw new ArgumentException($"A map of pixels has {FrameWidth * FrameHeight} bytes, not {owners.Length}.", nameof(owners));
    }
}
