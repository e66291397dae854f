using System.Numerics;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Metrics;

/// <summary>
/// A binary mask with 64 pixels to the word. It is stored as run lengths are, column by column, so that a run fills whole words;
/// each column is padded with zeros to a multiple of 64 pixels.
/// </summary>
internal sealed class BitMask
{
    private const int WordBits = 64;
    private readonly ulong[] _words;

    /// <summary>Creates an empty mask.</summary>
    public BitMask(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (Height, Width) = (height, width);
        WordsPerColumn = (height + WordBits - 1) / WordBits;
        _words = new ulong[checked(WordsPerColumn * width)];
    }

    public int Height { get; }

    public int Width { get; }

    public int WordsPerColumn { get; }

    /// <summary>All columns.</summary>
    public Span<ulong> Words => _words;

    public bool this[int y, int x] => (Column(x)[y / WordBits] >> (y % WordBits) & 1) != 0;

    /// <summary>One column; bit k of word w is the pixel of row 64 * w + k.</summary>
    public Span<ulong> Column(int x) => _words.AsSpan(x * WordsPerColumn, WordsPerColumn);

    /// <summary>Replaces the content by a mask of the same size.</summary>
    /// <exception cref="InvalidDataException">The run lengths are damaged or do not fill the size.</exception>
    public void Read(Rle rle)
    {
        if (rle.Height != Height || rle.Width != Width)
            throw new ArgumentException($"A mask of {rle.Width}x{rle.Height} was given where {Width}x{Height} was expected.", nameof(rle));
        Words.Clear();
        var (position, total, set) = (0L, (long)Height * Width, false);
        foreach (var run in RleCodec.FromCounts(rle.Counts))
        {
            if (run < 0 || run > total - position) throw Misfit();
            if (set) Fill(position, run);
            position += run;
            set = !set;
        }

        if (position != total) throw Misfit();
    }

    /// <summary>Number of set pixels.</summary>
    public long Count()
    {
        var count = 0L;
        foreach (var word in _words) count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Number of pixels that are set in both.</summary>
    public long CountCommon(BitMask other)
    {
        var count = 0L;
        var theirs = other._words;
        for (var i = 0; i < _words.Length; i++) count += BitOperations.PopCount(_words[i] & theirs[i]);
        return count;
    }

    private void Fill(long position, int count)
    {
        while (count > 0)
        {
            var (x, y) = ((int)(position / Height), (int)(position % Height));
            var inColumn = Math.Min(count, Height - y);
            FillColumn(Column(x), y, inColumn);
            position += inColumn;
            count -= inColumn;
        }
    }

    private static void FillColumn(Span<ulong> column, int y, int count)
    {
        while (count > 0)
        {
            var bit = y % WordBits;
            var inWord = Math.Min(count, WordBits - bit);
            column[y / WordBits] |= ulong.MaxValue >> (WordBits - inWord) << bit;
            y += inWord;
            count -= inWord;
        }
    }

    private InvalidDataException Misfit() => new($"The run lengths do not fill a mask of {Width}x{Height}; the string or the size is wrong.");
}
