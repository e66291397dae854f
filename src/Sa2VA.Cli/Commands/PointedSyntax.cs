using System.Globalization;
using Sa2VA.Cluster.ObjectSessions;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cli.Commands;

/// <summary>Reads <c>N=x,y[,frame]</c> and <c>N=x0,y0,x1,y1[,frame]</c>: objects by the number that questions call them by.</summary>
internal static class PointedSyntax
{
    private const int LargestId = 9999;

    /// <exception cref="CliException">A value is not understood, or an object is pointed at twice.</exception>
    public static IReadOnlyList<PointedAt> All(IEnumerable<string> points, IEnumerable<string> boxes)
    {
        List<PointedAt> all = [.. points.Select(Point), .. boxes.Select(Box)];
        if (all.CountBy(one => one.ObjectId).FirstOrDefault(one => one.Value > 1) is { Value: > 1 } twice)
            throw new CliException(ExitCodes.Usage, $"[{twice.Key}] is pointed at {twice.Value} times: give one click or one box for an object.");
        return all;
    }

    /// <summary>A click.</summary>
    public static PointedAt Point(string text)
    {
        var hints = PromptSyntax.Points(text).ToList();
        return hints is [(var name, _, VisualPrompt.Points { Labels: [1] } click)]
            ? new PointedAt(IdOf("--point", "x,y", text, name), click.Frame, click.Coordinates)
            : throw new CliException(ExitCodes.Usage, $"--point {text}: an object is pointed at by one click on it, as in 1=320,180,15.");
    }

    /// <summary>A box.</summary>
    public static PointedAt Box(string text) => PromptSyntax.Box(text) is (var name, _, VisualPrompt.Box box)
        ? new PointedAt(IdOf("--box", "x0,y0,x1,y1", text, name), box.Frame, [box.X0, box.Y0, box.X1, box.Y1])
        : throw new InvalidOperationException("A box was read as something else.");

    /// <summary><c>2</c> or <c>[2]</c>.</summary>
    public static int Id(string text) =>
        int.TryParse(text.Trim('[', ']', ' '), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= LargestId
            ? id : throw new CliException(ExitCodes.Usage, $"'{text}' is no number of an object: give 0 to {LargestId}.");

    private static int IdOf(string option, string form, string text, string? name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= LargestId
            ? id : throw new CliException(ExitCodes.Usage, $"{option} {text}: say by which number, 0 to {LargestId}, questions call the object: 1={form} is [1].");
}
