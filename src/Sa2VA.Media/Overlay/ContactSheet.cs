namespace Sa2VA.Media;

/// <summary>One picture that shows a run at a glance: frames spread over the video, tinted, with their numbers and a legend.</summary>
public sealed class ContactSheet : IDisposable
{
    private const int Margin = 6;
    private static readonly (byte, byte, byte) Ground = (24, 24, 28);
    private readonly List<(RgbImage Picture, string Caption)> _cells = [];
    private readonly int _columns;
    private readonly int _cellWidth;
    private IReadOnlyList<ObjectMask> _legend = [];

    /// <summary>Creates an empty sheet.</summary>
    /// <param name="columns">Pictures side by side. Default 4.</param>
    /// <param name="cellWidth">Width of a picture, pixels; heights follow. Default 320.</param>
    public ContactSheet(int columns = 4, int cellWidth = 320)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(cellWidth, 16);
        _columns = columns;
        _cellWidth = cellWidth;
    }

    /// <summary>Pictures on the sheet.</summary>
    public int Count => _cells.Count;

    /// <summary>Which of <paramref name="count"/> frames to show: up to <paramref name="cells"/>, evenly spread, first and last included.</summary>
    public static IReadOnlyList<int> Spread(int count, int cells)
    {
        var shown = Math.Min(count, cells);
        return [.. Enumerable.Range(0, shown).Select(i => shown == 1 ? 0 : (int)Math.Round((double)i * (count - 1) / (shown - 1)))];
    }

    /// <summary>Adds a frame with its masks; neither is kept.</summary>
    public void Add(RgbImage frame, IReadOnlyList<ObjectMask> objects, string caption)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(objects);
        using var tinted = frame.Clone();
        MaskTint.Apply(tinted, objects);
        var height = Math.Max(1, (int)Math.Round((double)frame.Height * _cellWidth / frame.Width));
        var cell = tinted.ResizeBicubic(_cellWidth, height);
        _cells.Add((cell, caption));
        if (objects.Count > _legend.Count)
            _legend = [.. objects.Select(o => o with { Mask = default })];
    }

    /// <summary>Lays the sheet out.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public RgbImage Render()
    {
        if (_cells.Count == 0)
            throw new InvalidOperationException("A contact sheet needs at least one frame.");
        var columns = Math.Min(_columns, _cells.Count);
        var rows = (_cells.Count + columns - 1) / columns;
        var cellHeight = _cells.Max(c => c.Picture.Height);
        var caption = Legend.LineHeight(1);
        var legend = _legend.Count * Legend.LineHeight(2) + Margin;
        var sheet = new RgbImage(columns * (_cellWidth + Margin) + Margin, rows * (cellHeight + caption + Margin) + Margin + legend);
        Canvas.Fill(sheet, 0, 0, sheet.Width, sheet.Height, Ground);
        for (var i = 0; i < _cells.Count; i++)
        {
            var x = Margin + i % columns * (_cellWidth + Margin);
            var y = Margin + i / columns * (cellHeight + caption + Margin);
            Canvas.Paste(sheet, _cells[i].Picture, x, y);
            BitmapFont.Draw(sheet, Legend.Fit(_cells[i].Caption, _cellWidth, 1), x, y + _cells[i].Picture.Height + 2, 1, (200, 200, 200));
        }

        for (var i = 0; i < _legend.Count; i++)
        {
            var y = sheet.Height - legend + i * Legend.LineHeight(2);
            Canvas.Fill(sheet, Margin, y, 14, 14, ObjectPalette.Tint(_legend[i].Place));
            BitmapFont.Draw(sheet, Legend.Fit(_legend[i].Label, sheet.Width - 34, 2), Margin + 22, y, 2, (255, 255, 255));
        }

        return sheet;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (picture, _) in _cells)
            picture.Dispose();
        _cells.Clear();
    }
}
