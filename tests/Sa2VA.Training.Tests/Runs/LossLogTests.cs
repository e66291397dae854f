using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Runs;

public sealed class LossLogTests
{
    [Fact]
    public void A_log_goes_on_where_the_run_does()
    {
        using var folder = new TemporaryFolder();
        using (var log = new LossLog(folder.FullPath, stepsDone: 0))
        {
            for (var step = 1; step <= 4; step++)
                log.Write(Report(step, step), seconds: 0.5);
        }

        // Two updates were not kept, and the last line was cut off.
        File.AppendAllText(folder.File(LossLog.FileName), "5,0.5,0.0");
        using (var log = new LossLog(folder.FullPath, stepsDone: 2))
            log.Write(Report(3, 30), seconds: 0.25);
        Assert.Equal(
            ["step,seconds,rate,gradient,ground/mask,text", "1,0.5,0.001,2,0.5,1", "2,0.5,0.001,2,0.5,2", "3,0.25,0.001,2,0.5,30"],
            File.ReadAllLines(folder.File(LossLog.FileName)));
        var lines = LossLog.Read(folder.FullPath).ToList();
        Assert.Equal([1, 2, 3], lines.Select(line => line.Step));
        Assert.Equal(new Dictionary<string, double> { ["ground/mask"] = 0.5, ["text"] = 30 }, lines[2].Losses);
    }

    [Fact]
    public void A_new_run_begins_a_new_log()
    {
        using var folder = new TemporaryFolder();
        using (var log = new LossLog(folder.FullPath, stepsDone: 0))
            log.Write(Report(1, 9), seconds: 1);
        using (var log = new LossLog(folder.FullPath, stepsDone: 0))
            log.Write(Report(1, 8), seconds: 1);
        Assert.Equal(8, Assert.Single(LossLog.Read(folder.FullPath)).Losses["text"]);
    }

    [Fact]
    public void A_loss_that_comes_late_gets_a_column_and_one_that_is_lacking_an_empty_cell()
    {
        using var folder = new TemporaryFolder();
        using (var log = new LossLog(folder.FullPath, stepsDone: 0))
        {
            log.Write(new StepReport(1, 0.001, 2, new Dictionary<string, double> { ["text"] = 3 }), seconds: 1);
            log.Write(Report(2, 9), seconds: 1);
            log.Write(new StepReport(3, 0.001, 2, new Dictionary<string, double> { ["ground/mask"] = 4 }), seconds: 1);
        }

        Assert.Equal(
            ["step,seconds,rate,gradient,text,ground/mask", "1,1,0.001,2,3,", "2,1,0.001,2,9,0.5", "3,1,0.001,2,,4"],
            File.ReadAllLines(folder.File(LossLog.FileName)));
        Assert.Equal([1, 2, 1], LossLog.Read(folder.FullPath).Select(line => line.Losses.Count));
        Assert.Empty(LossLog.Read(folder.File("none")));
    }

    private static StepReport Report(long step, double text) => new(step, 0.001, 2, new Dictionary<string, double> { ["text"] = text, ["ground/mask"] = 0.5 });
}
