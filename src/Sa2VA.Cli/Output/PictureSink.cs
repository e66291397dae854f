using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary><c>overlay.png</c>: a still picture with tinted masks and a legend.</summary>
internal sealed class PictureSink(string folder) : IFrameSink
{
    private RgbImage? _shown;

    public string Path { get; } = System.IO.Path.Combine(folder, "overlay.png");

    public Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken)
    {
        _shown?.Dispose();
        _shown = frame.Image.Clone();
        MaskTint.Apply(_shown, masks);
        Legend.Draw(_shown, masks);
        return Task.CompletedTask;
    }

    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        var picture = _shown ?? throw new InvalidOperationException("There is no picture to write.");
        OutputFolder.Write(Path, file => PngWriter.WriteRgb(file, picture));
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _shown?.Dispose();
        _shown = null;
        return ValueTask.CompletedTask;
    }
}
