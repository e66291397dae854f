namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>Clicks and boxes on one frame.</summary>
/// <param name="Coordinates">x0, y0, x1, y1, ... in pixels of the video.</param>
/// <param name="Labels">One per point: 1 positive, 0 negative, 2 and 3 a box's top left and bottom right corner (these come first).</param>
public sealed record PointPrompt(float[] Coordinates, int[] Labels)
{
    /// <summary>A box, alone.</summary>
    public static PointPrompt Box(float left, float top, float right, float bottom) => new([left, top, right, bottom], [2, 3]);

    /// <summary>One positive click.</summary>
    public static PointPrompt Click(float x, float y) => new([x, y], [1]);

    /// <summary>Number of points; a box counts as two.</summary>
    public int Count => Labels.Length;

    /// <summary>These points followed by others.</summary>
    public PointPrompt Then(PointPrompt later) => new([.. Coordinates, .. later.Coordinates], [.. Labels, .. later.Labels]);

    internal void Validate(bool addsToEarlierPoints)
    {
        if (Labels.Length == 0 || Coordinates.Length != 2 * Labels.Length)
            throw new TrackerException($"A point prompt has {Coordinates.Length} coordinates and {Labels.Length} labels; give x and y for each label, and at least one point.");
        if (Array.Find(Labels, label => label is < 0 or > 3) is var bad and not 0)
            throw new TrackerException($"A point is labelled {bad}; labels are 1 (positive), 0 (negative), and 2 with 3 (the corners of a box).");
        if (!Array.TrueForAll(Coordinates, float.IsFinite))
            throw new TrackerException("A point's coordinate is not a finite number; coordinates are pixels of the video.");

        var corners = Labels.Count(label => label is 2 or 3);
        if (corners == 0) return;
        if (corners != 2 || Labels[0] != 2 || Labels[1] != 3)
            throw new TrackerException($"Labels [{string.Join(", ", Labels)}] do not begin with one box; a box is its top left corner (2), then its bottom right corner (3), before any click.");
        if (addsToEarlierPoints)
            throw new TrackerException("A box cannot be added to earlier points of a frame; replace them (clearOldPoints: true), or click instead.");
    }
}
