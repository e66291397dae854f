using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary><c>VIDEO.mp4</c>: the video with tinted masks and a legend.</summary>
internal sealed class OverlayFormat(ExportFolder folder) : IExportFormat
{
    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        using var local = await ExportFrames.OpenAsync(video, cancellationToken);
        var info = await MediaProbe.ProbeAsync(local.Path, MediaLimits.Default, cancellationToken);
        // An object has its colour by its number, also where it is the only one.
        var labels = video.Objects.ToDictionary(one => one.Id, one => one.Label);
        var rate = await ExportFrames.RateAsync(video, cancellationToken);
        await using var writer = OverlayWriter.Start(Path.Combine(folder.Path, video.Name + ".mp4"), video.Width, video.Height, rate, MediaLimits.Default);
        await foreach (var (frame, step) in ExportFrames.ReadAsync(video, info, cancellationToken))
        {
            await writer.WriteAsync(frame, [.. step.Masks.Select(mask => new ObjectMask(mask.ObjectId - 1, labels[mask.ObjectId], RleCodec.Decode(mask.Rle)))], cancellationToken);
            frames.Report(step.Step + 1);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([folder.Path]);
}
