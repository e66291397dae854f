using Sa2VA.Cli.Display;
using Sa2VA.Cli.Training;
using Sa2VA.Training.Runs;
using Spectre.Console;

namespace Sa2VA.Cli.Tests;

public sealed class TrainViewTests
{
    [Fact]
    public void A_moment_shows_how_far_how_fast_and_the_curves()
    {
        using var folder = new TemporaryFolder();
        using (var log = new LossLog(folder.FullPath, stepsDone: 0))
        {
            for (var step = 1; step <= 100; step++)
                log.Write(Report(step), seconds: 1);
        }

        var time = new ManualTime();
        var curves = new LossCurves(folder.FullPath, []);
        var meter = new RateMeter(time);
        meter.Update(new RunStatus("Training", 90, 1000, 90));
        time.Advance(TimeSpan.FromSeconds(20));
        meter.Update(new RunStatus("Training", 100, 1000, 90));
        // The last ten updates of the log were not kept and are made again.
        for (var step = 91; step <= 100; step++)
            curves.Add(Progress(step));

        Assert.Equal(["text", "ground/mask"], curves.All.Select(curve => curve.Name));
        Assert.Equal(Enumerable.Range(1, 100).Select(step => (double)step), curves.All[0].Points.Select(point => point.Step));
        var picture = Rendered(new TrainView(time, curves).Picture(Progress(100), meter, width: 100));
        Assert.Contains("━━━━", picture, StringComparison.Ordinal);
        Assert.Contains("Training 100/1000 updates, 2.0 s each, 30:00 left", picture, StringComparison.Ordinal);
        Assert.Contains("text 0.01", picture, StringComparison.Ordinal);
        Assert.Contains("0.01 to ", picture, StringComparison.Ordinal);
        Assert.Contains("ground/J 0.5", picture, StringComparison.Ordinal);
        Assert.Contains(picture, character => character is > '\u2800' and <= '\u28ff');
        Assert.All(picture.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 100));
    }

    [Fact]
    public void Losses_that_were_asked_for_are_drawn_in_that_order_even_when_there_are_none()
    {
        using var folder = new TemporaryFolder();
        var curves = new LossCurves(folder.FullPath, ["ground/J", "nothing"]);
        curves.Add(Progress(91));
        var picture = Rendered(new TrainView(new ManualTime(), curves).Picture(Progress(91), new RateMeter(new ManualTime()), width: 80));
        Assert.Contains("ground/J 0.5", picture, StringComparison.Ordinal);
        Assert.Contains("nothing: not measured", picture, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(59, "0:59")]
    [InlineData(3725, "1:02:05")]
    [InlineData(100 * 3600, "100:00:00")]
    public void Long_times_are_told_in_hours(int seconds, string text) => Assert.Equal(text, RateMeter.Clock(TimeSpan.FromSeconds(seconds)));

    private static StepReport Report(long step) =>
        new(step, 0.001, 1, new Dictionary<string, double> { ["text"] = 1.0 / step, ["ground/mask"] = 2.0 / step, ["ground/J"] = 0.5 });

    private static TrainingProgress Progress(long step) => new(TrainingStage.Training, step, 1000, 90, Report(step));

    private static string Rendered(Spectre.Console.Rendering.IRenderable picture)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 100;
        console.Write(picture);
        return text.ToString();
    }
}
