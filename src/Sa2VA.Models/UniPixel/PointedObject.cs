namespace Sa2VA.Models.UniPixel;

/// <summary>An object that a question points at: one click on it, or a box around it, on one of the frames that the language model sees.</summary>
/// <param name="Frame">Which of them, from 0.</param>
/// <param name="Coordinates">x, y of a click, or x0, y0, x1, y1 of a box, in pixels of the tracker's square.</param>
public sealed record PointedObject(int Frame, float[] Coordinates)
{
    // SAM's labels.
    private const int Negative = 0;
    private const int Positive = 1;
    private const int TopLeft = 2;
    private const int BottomRight = 3;

    /// <summary>Whether it is a box.</summary>
    public bool IsBox => Coordinates.Length == 4;

    /// <summary>Whether the click is off the object. The published models were trained with clicks on it alone.</summary>
    public bool IsNegative { get; init; }

    internal int[] Labels => IsBox ? [TopLeft, BottomRight] : [IsNegative ? Negative : Positive];

    /// <summary>From pixels of a video to those of the square that the tracker sees.</summary>
    public PointedObject Scaled(int width, int height, int side)
        => this with { Coordinates = [.. Coordinates.Select((value, i) => value / (i % 2 == 0 ? width : height) * side)] };

    /// <exception cref="ArgumentException">It is neither a click nor a box, or lies outside the clip.</exception>
    internal void Check(int frames, int side)
    {
        if (Coordinates.Length is not (2 or 4))
            throw new ArgumentException($"An object is pointed at with {Coordinates.Length} coordinates; give x and y of one click, or x0, y0, x1, y1 of a box.");
        if (Frame < 0 || Frame >= frames)
            throw new ArgumentException($"An object is pointed at on frame {Frame} of the frames that the language model sees; they are 0 to {frames - 1}.");
        if (!Array.TrueForAll(Coordinates, value => value >= 0 && value <= side))
            throw new ArgumentException($"An object is pointed at at {string.Join(", ", Coordinates)}, outside the square of {side} pixels.");
        if (IsBox && (Coordinates[2] <= Coordinates[0] || Coordinates[3] <= Coordinates[1]))
            throw new ArgumentException($"A box runs from {Coordinates[0]}, {Coordinates[1]} to {Coordinates[2]}, {Coordinates[3]}; give its top left corner first.");
    }
}
