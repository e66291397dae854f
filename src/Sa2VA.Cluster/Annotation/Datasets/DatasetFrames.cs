using System.Globalization;
using Sa2VA.Cluster.Exports;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Annotation.Datasets;

/// <summary>The frames of a dataset: <c>videos/VIDEO/00000.jpg</c>, one for every step with masks, numbered without gaps.</summary>
internal static class DatasetFrames
{
    public const string Folder = "videos";

    // Names are sorted letter by letter by whoever reads them.
    private const int Most = 100_000;

    public static string NameOf(int step) => step.ToString("D5", CultureInfo.InvariantCulture);

    /// <summary>Writes them, unless they are there: the folder appears when it is whole.</summary>
    /// <exception cref="ExportException">They are too many for their names, or the video is not the one that the masks belong to.</exception>
    public static async Task WriteAsync(ExportVideo video, AnnotationPlan plan, string output, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(output, Folder, video.Name);
        if (Directory.Exists(folder)) return;
        if (plan.Frames.Count > Most)
            throw new ExportException($"'{video.Name}' has {plan.Frames.Count} frames with masks; a dataset names at most {Most}. Cut the video, or track every second frame.");
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        using var local = await ExportFrames.OpenAsync(video, cancellationToken);
        var info = await MediaProbe.ProbeAsync(local.Path, MediaLimits.Default, cancellationToken);
        // A set of pictures has no rate; the encoder wants one.
        await using var writer = ClipWriter.Start(new ClipOutputs(folder, Video: null), video.Width, video.Height, rate: 24, MediaLimits.Default);
        await foreach (var frame in VideoReader.ReadAsync(info.Path, info, new ReadOptions { Frames = plan.Frames }, cancellationToken))
        {
            using (frame) await writer.WriteAsync(frame.Image.Memory, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }
}
