using System.Globalization;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary><c>sheet.png</c>: up to twelve frames spread over the run.</summary>
internal sealed class SheetSink(string folder, int steps) : IFrameSink
{
    private const int Cells = 12;
    private readonly ContactSheet _sheet = new();
    private readonly HashSet<int> _shown = [.. ContactSheet.Spread(steps, Cells)];

    public string Path { get; } = System.IO.Path.Combine(folder, "sheet.png");

    public Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken)
    {
        if (_shown.Contains(step.Step))
            _sheet.Add(frame.Image, masks, string.Create(CultureInfo.InvariantCulture, $"frame {step.Frame}  {step.Seconds:0.00} s"));
        return Task.CompletedTask;
    }

    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        using var image = _sheet.Render();
        OutputFolder.Write(Path, file => PngWriter.WriteRgb(file, image));
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _sheet.Dispose();
        return ValueTask.CompletedTask;
    }
}
