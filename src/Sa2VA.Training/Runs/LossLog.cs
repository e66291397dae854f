using System.Globalization;

namespace Sa2VA.Training.Runs;

/// <summary>The losses of a run as CSV, a line per update. Lines after the update that a run goes on from are dropped.</summary>
public sealed class LossLog : IDisposable
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "losses.csv";

    // Step, seconds, rate and gradient come before the losses.
    private const int Fixed = 4;

    private readonly string _path;
    private readonly List<string> _columns;
    private StreamWriter _writer;

    /// <summary>Opens the log of a run that has made <paramref name="stepsDone"/> updates.</summary>
    public LossLog(string folder, long stepsDone)
    {
        _path = Path.Combine(folder, FileName);
        string[] kept = stepsDone > 0 && File.Exists(_path) ? [.. Kept(File.ReadLines(_path), stepsDone)] : [];
        _columns = kept.Length > 0 ? [.. kept[0].Split(',').Skip(Fixed)] : [];
        _writer = Rewrite(kept);
    }

    /// <summary>The lines of a run's log; none when there is no log. Columns that a line has no number for are left out of it.</summary>
    public static IEnumerable<(long Step, IReadOnlyDictionary<string, double> Losses)> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            yield break;
        string[]? columns = null;
        // The run may be writing it.
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (columns is null)
                columns = cells;
            else if (long.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var step))
                yield return (step, Numbers(columns, cells));
        }
    }

    /// <summary>Adds a line. A loss that comes up for the first time gets a column, which is empty in the lines before.</summary>
    public void Write(StepReport report, double seconds)
    {
        string[] fresh = [.. report.Losses.Keys.Except(_columns, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (fresh.Length > 0)
            AddColumns(fresh);
        var values = _columns.Select(name => report.Losses.TryGetValue(name, out var value) ? Number(value) : "");
        _writer.WriteLine(string.Join(',', (string[])[Number(report.Step), Number(seconds), Number(report.LearningRate), Number(report.GradientNorm), .. values]));
    }

    public void Dispose() => _writer.Dispose();

    private void AddColumns(string[] fresh)
    {
        _writer.Dispose();
        _columns.AddRange(fresh);
        var empty = new string(',', fresh.Length);
        _writer = Rewrite([string.Join(',', (string[])["step", "seconds", "rate", "gradient", .. _columns]), .. File.ReadAllLines(_path).Skip(1).Select(line => line + empty)]);
    }

    private StreamWriter Rewrite(string[] lines)
    {
        var partial = _path + ".partial";
        File.WriteAllLines(partial, lines);
        File.Move(partial, _path, overwrite: true);
        return new StreamWriter(_path, append: true) { AutoFlush = true };
    }

    private static Dictionary<string, double> Numbers(string[] columns, string[] cells)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = Fixed; i < Math.Min(columns.Length, cells.Length); i++)
        {
            if (double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                numbers[columns[i]] = value;
        }

        return numbers;
    }

    private static IEnumerable<string> Kept(IEnumerable<string> lines, long stepsDone) => lines.Where(
        (line, index) => index == 0 || (long.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out var step) && step <= stepsDone));

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
