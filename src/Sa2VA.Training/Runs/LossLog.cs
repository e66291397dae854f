using System.Globalization;

namespace Sa2VA.Training.Runs;

/// <summary>The losses of a run as CSV, a line per update. Lines after the update that a run goes on from are dropped.</summary>
public sealed class LossLog : IDisposable
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "losses.csv";

    private readonly StreamWriter _writer;
    private string[]? _columns;

    /// <summary>Opens the log of a run that has made <paramref name="stepsDone"/> updates.</summary>
    public LossLog(string folder, long stepsDone)
    {
        var path = Path.Combine(folder, FileName);
        string[] kept = stepsDone > 0 && File.Exists(path) ? [.. Kept(File.ReadLines(path), stepsDone)] : [];
        if (kept.Length > 0)
            _columns = kept[0].Split(',')[4..];
        File.WriteAllLines(path, kept);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    /// <summary>Adds a line.</summary>
    public void Write(StepReport report, double seconds)
    {
        if (_columns is null)
        {
            _columns = [.. report.Losses.Keys.Order(StringComparer.Ordinal)];
            _writer.WriteLine(string.Join(',', (string[])["step", "seconds", "rate", "gradient", .. _columns]));
        }

        var values = _columns.Select(name => report.Losses.TryGetValue(name, out var value) ? Number(value) : "");
        _writer.WriteLine(string.Join(',', (string[])[Number(report.Step), Number(seconds), Number(report.LearningRate), Number(report.GradientNorm), .. values]));
    }

    public void Dispose() => _writer.Dispose();

    private static IEnumerable<string> Kept(IEnumerable<string> lines, long stepsDone) => lines.Where(
        (line, index) => index == 0 || (long.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out var step) && step <= stepsDone));

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
