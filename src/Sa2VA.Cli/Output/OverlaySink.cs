using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary><c>overlay.mp4</c>.</summary>
internal sealed class OverlaySink : IFrameSink
{
    private readonly OverlayWriter _writer;

    public OverlaySink(string folder, VideoInfo info, int stride)
    {
        Path = System.IO.Path.Combine(folder, "overlay.mp4");
        _writer = OverlayWriter.Start(Path, info.Width, info.Height, Math.Max(1, info.NominalRate / stride), MediaLimits.Default);
    }

    public string Path { get; }

    public Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken) =>
        _writer.WriteAsync(frame, masks, cancellationToken);

    public Task CompleteAsync(CancellationToken cancellationToken) => _writer.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
