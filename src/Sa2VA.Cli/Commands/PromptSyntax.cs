using System.Globalization;
using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cli.Commands;

/// <summary>
/// Reads the values of <c>--point</c>, <c>--box</c> and <c>--mask</c>. Every value is an object of its own, unless it has a name
/// (<c>ball=60,150</c>): values of the same name are hints for the same object.
/// </summary>
internal static class PromptSyntax
{
    public static IReadOnlyList<RunTarget> Targets(IEnumerable<string> expressions, IEnumerable<string> points, IEnumerable<string> boxes, IEnumerable<string> masks)
    {
        var hints = new List<(string? Name, string Label, VisualPrompt Prompt)>();
        foreach (var text in points)
            hints.AddRange(Points(text));
        foreach (var text in boxes)
            hints.Add(Box(text));
        foreach (var text in masks)
            hints.AddRange(Masks(text));

        // Without a name a hint stands alone; the grouping key is then the hint itself.
        var prompted = hints.GroupBy(h => h.Name ?? (object)h)
            .Select(group => new RunTarget.Prompted(group.First().Name ?? group.First().Label, [.. group.Select(h => h.Prompt)]));
        return [.. expressions.Select(text => new RunTarget.Expression(text)), .. prompted];
    }

    /// <summary><c>[NAME=]x,y[,frame]</c>, several separated by ';', a leading '-' for "not this".</summary>
    public static IEnumerable<(string? Name, string Label, VisualPrompt Prompt)> Points(string text)
    {
        var (name, value) = Named(text);
        var clicks = value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(click =>
        {
            var off = click.StartsWith('-');
            var (numbers, frame) = Numbers("--point", "x,y[,frame]", text, off ? click[1..] : click, 2);
            return (X: numbers[0], Y: numbers[1], Label: off ? 0 : 1, Frame: frame);
        }).ToArray();
        if (clicks.Length == 0)
            throw Wrong("--point", text, "x,y[,frame]");
        foreach (var frame in clicks.GroupBy(c => c.Frame))
        {
            yield return (name ?? (clicks.Select(c => c.Frame).Distinct().Count() > 1 ? "point " + value : null), "point " + value,
                new VisualPrompt.Points(frame.Key, [.. frame.SelectMany(c => (float[])[c.X, c.Y])], [.. frame.Select(c => c.Label)]));
        }
    }

    /// <summary><c>[NAME=]x0,y0,x1,y1[,frame]</c>.</summary>
    public static (string? Name, string Label, VisualPrompt Prompt) Box(string text)
    {
        var (name, value) = Named(text);
        var (n, frame) = Numbers("--box", "x0,y0,x1,y1[,frame]", text, value, 4);
        if (n[2] <= n[0] || n[3] <= n[1])
            throw new CliException(ExitCodes.Usage, $"--box {text}: the second corner ({n[2]},{n[3]}) must lie right of and below the first ({n[0]},{n[1]}).");
        return (name, "box " + value, new VisualPrompt.Box(frame, n[0], n[1], n[2], n[3]));
    }

    /// <summary><c>[NAME=]FILE[,frame]</c>; a palette picture holds an object per entry, any other one object.</summary>
    public static IEnumerable<(string? Name, string Label, VisualPrompt Prompt)> Masks(string text)
    {
        var (name, value) = File.Exists(text) ? (null, text) : Named(text);
        var (file, frame) = (value, 0);
        var comma = value.LastIndexOf(',');
        if (!File.Exists(value) && comma > 0 && int.TryParse(value.AsSpan(comma + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var given))
            (file, frame) = (value[..comma], given);

        PngImage png;
        try
        {
            png = PngReader.Read(file);
        }
        catch (MediaException e)
        {
            throw new CliException(ExitCodes.Usage, $"--mask {text}: {e.Message}", e);
        }

        var entries = png.IsIndexed ? png.Pixels.Distinct().Where(index => index is > 0 and < 255).Order().Select(index => (int?)index).ToArray() : [null];
        var found = false;
        foreach (var entry in entries)
        {
            var mask = png.ToMask(entry);
            if (!mask.AsSpan().Contains((byte)1))
                continue;
            found = true;
            var label = Path.GetFileNameWithoutExtension(file) + (entries.Length > 1 ? $" {entry}" : "");
            yield return (name is null || entries.Length == 1 ? name : $"{name} {entry}", label,
                new VisualPrompt.Mask(frame, RleCodec.Encode(mask, png.Height, png.Width)));
        }

        if (!found)
            throw new CliException(ExitCodes.Usage, $"--mask {text}: every pixel of the picture is background (black, or palette entry 0).");
    }

    /// <summary><c>a..b</c>, <c>a..</c>, <c>..b</c> or <c>a</c>; both ends are included.</summary>
    public static (int First, int? Last) Frames(string text)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var (from, to) = dots < 0 ? (text, text) : (text[..dots], text[(dots + 2)..]);
        int first = 0, last = 0;
        var valid = (from.Length == 0 || int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out first))
            && (to.Length == 0 || int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out last))
            && from.Length + to.Length > 0 && (to.Length == 0 || last >= first);
        return valid ? (first, to.Length == 0 ? null : last) : throw Wrong("--frames", text, "a..b, a.. or ..b with a <= b, counted from 0");
    }

    private static (string? Name, string Value) Named(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (text[..equals].Trim(), text[(equals + 1)..]) : (null, text);
    }

    private static (float[] Numbers, int Frame) Numbers(string option, string form, string whole, string text, int count)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        if (words.Length != count && words.Length != count + 1)
            throw Wrong(option, whole, form);
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            if (!float.TryParse(words[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i]) || !float.IsFinite(numbers[i]))
                throw Wrong(option, whole, form);
        }

        var frame = 0;
        return words.Length == count || int.TryParse(words[count], NumberStyles.None, CultureInfo.InvariantCulture, out frame)
            ? (numbers, frame) : throw Wrong(option, whole, form);
    }

    private static CliException Wrong(string option, string text, string form) =>
        new(ExitCodes.Usage, $"{option} '{text}' was not understood; expected {form}.");
}
