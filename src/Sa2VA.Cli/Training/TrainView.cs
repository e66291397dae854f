using Sa2VA.Cli.Display;
using Sa2VA.Training.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sa2VA.Cli.Training;

/// <summary>A live view on the error stream, for a person at a terminal: how far, how fast, and the curves of some losses.</summary>
internal sealed class TrainView(TimeProvider time, LossCurves curves) : TrainDisplay(time)
{
    private const int BarWidth = 40;
    private const int PlotHeight = 5;
    private const int WidestPlot = 44;
    private const int NarrowestPlot = 16;

    // Often enough to look alive, seldom enough to cost nothing.
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time = time;
    private TrainingStage? _stage;
    private long _drawn;

    public override T Show<T>(Func<IProgress<TrainingProgress>, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Live(new Text("Starting")).Start(live => work(new Reporter(this, live, console.Profile.Width)));
    }

    /// <summary>The picture of a moment.</summary>
    /// <param name="progress">The moment.</param>
    /// <param name="meter">The rate.</param>
    /// <param name="width">Columns of the terminal.</param>
    internal IRenderable Picture(TrainingProgress progress, RateMeter meter, int width)
    {
        var lines = new List<IRenderable> { new Markup($"{Bar(progress)} {Markup.Escape(StepText.Describe(progress, meter))}") };
        if (Plots(width) is { } plots)
            lines.Add(plots);
        if (progress.Report is { } report)
            lines.Add(new Text(StepText.Losses(report.Losses), new Style(Color.Grey)));
        return new Rows(lines);
    }

    private static string Bar(TrainingProgress progress)
    {
        var filled = (int)Math.Clamp(BarWidth * progress.StepsDone / Math.Max(1, progress.StepsTotal), 0, BarWidth);
        return $"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/]";
    }

    private Grid? Plots(int width)
    {
        var shown = curves.All.Take(Math.Max(1, width / (NarrowestPlot + 1))).ToList();
        if (shown.Count == 0)
            return null;
        var each = Math.Min(WidestPlot, width / shown.Count - 2);
        var grid = new Grid();
        foreach (var _ in shown)
            grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        grid.AddRow([.. shown.Select(curve => Plot(curve.Name, curve.Points, Math.Max(1, each)))]);
        return grid;
    }

    private static Rows Plot(string name, List<(double Step, double Value)> points, int width)
    {
        var (lines, low, high) = BraillePlot.Draw(points, width, PlotHeight);
        var title = points.Count == 0 ? $"{name}: not measured" : $"{name} {StepText.Number(points[^1].Value)}";
        return new Rows(
        [
            new Text(title, new Style(decoration: Decoration.Bold)),
            .. lines.Select(line => new Text(line, new Style(Color.Aqua))),
            new Text(points.Count == 0 ? "" : $"{StepText.Number(low)} to {StepText.Number(high)}", new Style(Color.Grey)),
        ]);
    }

    private void OnProgress(TrainingProgress progress, LiveDisplayContext live, int width)
    {
        var meter = Measured(progress);
        curves.Add(progress);
        if (progress.Stage == _stage && progress.StepsDone < progress.StepsTotal && _time.GetElapsedTime(_drawn) < Every)
            return;
        (_stage, _drawn) = (progress.Stage, _time.GetTimestamp());
        live.UpdateTarget(Picture(progress, meter, width));
    }

    private sealed class Reporter(TrainView view, LiveDisplayContext live, int width) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => view.OnProgress(value, live, width);
    }
}
