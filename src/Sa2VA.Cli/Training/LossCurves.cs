using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>The course of the losses that are drawn: those of earlier sittings from the run's log, then every update.</summary>
/// <param name="folder">The run's.</param>
/// <param name="wanted">Names of losses; empty for the usual ones.</param>
internal sealed class LossCurves(string folder, IReadOnlyList<string> wanted)
{
    private static readonly string[] Usual = ["text", "ground/mask", "track/mask"];

    private readonly List<(string Name, List<(double Step, double Value)> Points)> _curves = [.. (wanted.Count > 0 ? wanted : Usual).Select(name => (name, new List<(double, double)>()))];
    private bool _hasBegun;

    /// <summary>What can be drawn so far: usual losses that were measured, or what was asked for.</summary>
    public IReadOnlyList<(string Name, List<(double Step, double Value)> Points)> All => wanted.Count > 0 ? _curves : _curves.FindAll(curve => curve.Points.Count > 0);

    /// <summary>Adds an update.</summary>
    public void Add(TrainingProgress progress)
    {
        if (progress is not { Stage: TrainingStage.Training, Report: { } report })
            return;
        if (!_hasBegun)
        {
            foreach (var (step, losses) in LossLog.Read(folder).Where(line => line.Step <= progress.ResumedAt))
                Add(step, losses);
            _hasBegun = true;
        }

        Add(report.Step, report.Losses);
    }

    private void Add(long step, IReadOnlyDictionary<string, double> losses)
    {
        foreach (var (name, points) in _curves)
        {
            if (losses.TryGetValue(name, out var value) && double.IsFinite(value))
                points.Add((step, value));
        }
    }
}
