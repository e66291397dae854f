using Sa2VA.Media;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary><c>VIDEO.mkv</c>: a picture per tracked frame, without loss (FFV1), an object in its colour of DAVIS's palette, the ground black.</summary>
internal sealed class MaskVideoFormat(ExportFolder folder) : IExportFormat
{
    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        ObjectNumbers.Check(video);
        var path = Path.Combine(folder.Path, video.Name + ".mkv");
        await using var writer = MaskVideoWriter.Start(path, video.Width, video.Height, await ExportFrames.RateAsync(video, cancellationToken), MediaLimits.Default);
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            await writer.WriteAsync(ObjectNumbers.Of(video, step), cancellationToken);
            frames.Report(step.Step + 1);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([folder.Path]);
}
