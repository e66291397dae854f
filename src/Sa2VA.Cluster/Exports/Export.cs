using Sa2VA.Cluster.Exports.Formats;

namespace Sa2VA.Cluster.Exports;

/// <summary>What is written.</summary>
public enum ExportFormat
{
    /// <summary>COCO: one <c>instances.json</c> with run lengths, a track id and a sentence as category per annotation.</summary>
    Coco,

    /// <summary>Ref-YouTube-VOS and MeViS: a black and white PNG per video, sentence and frame, and <c>meta_expressions.json</c>.</summary>
    RefYoutubeVos,

    /// <summary>DAVIS: a palette PNG per video and frame, a pixel is the number of its object.</summary>
    Davis,

    /// <summary>CVAT for images 1.1: one <c>annotations.xml</c> with a mask per object and frame.</summary>
    Cvat,

    /// <summary>One <c>boxes.csv</c>: box, area and scores per object and frame.</summary>
    Csv,

    /// <summary>A lossless video per video, in DAVIS's colours on black.</summary>
    MaskVideo,

    /// <summary>The video with tinted masks and a legend.</summary>
    Overlay,

    /// <summary>Per object a PNG of every frame in which all else is transparent.</summary>
    Cutouts,

    /// <summary>The <c>masks.json</c> of <c>sa2va run</c>, one per video.</summary>
    Masks,
}

/// <summary>Writes videos with stored masks in a format that other programs read. Stopped or killed, it goes on where it was.</summary>
public static class Export
{
    /// <summary>Writes all of them.</summary>
    /// <param name="format">What is written.</param>
    /// <param name="folder">Where; made when it is not there.</param>
    /// <param name="videos">The videos, in an order that does not change when the export goes on.</param>
    /// <param name="progress">Told of every video and its frames.</param>
    /// <param name="cancellationToken">Stops; the same call goes on.</param>
    /// <returns>Paths of what is there at the end.</returns>
    /// <exception cref="ExportException">A video does not fit the format, or the folder holds something else.</exception>
    /// <exception cref="InvalidDataException">Stored masks are missing or damaged.</exception>
    public static async Task<ExportSummary> WriteAsync(
        ExportFormat format, string folder, IAsyncEnumerable<ExportVideo> videos, IProgress<ExportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(videos);
        using var target = ExportFolder.Open(Path.GetFullPath(folder), format.ToString());
        var writer = Writer(format, target);
        var (count, kept) = (0, 0);
        await foreach (var video in videos.WithCancellation(cancellationToken))
        {
            // A video that only words were asked of is nothing to look at.
            if (video.Objects.Count == 0 && format != ExportFormat.Masks) continue;
            count++;
            if (target.IsDone(video))
            {
                kept++;
                continue;
            }

            var number = count;
            await writer.AddAsync(video, target.Begin(video), new Frames(done => progress?.Report(new ExportProgress(video.Name, number, done))), cancellationToken);
            target.Commit(video);
        }

        if (count == 0) throw new ExportException("There is no video with masks to export.");
        var paths = await writer.FinishAsync(cancellationToken);
        target.Finish();
        return new ExportSummary(count, kept, paths);
    }

    private static IExportFormat Writer(ExportFormat format, ExportFolder folder) => format switch
    {
        ExportFormat.Coco => new CocoFormat(folder),
        ExportFormat.RefYoutubeVos => new RefYoutubeVosFormat(folder),
        ExportFormat.Davis => new DavisFormat(folder),
        ExportFormat.Cvat => new CvatFormat(folder),
        ExportFormat.Csv => new CsvFormat(folder),
        ExportFormat.MaskVideo => new MaskVideoFormat(folder),
        ExportFormat.Overlay => new OverlayFormat(folder),
        ExportFormat.Cutouts => new CutoutFormat(folder),
        ExportFormat.Masks => new MasksFormat(folder),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a format"),
    };

    private sealed class Frames(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}

/// <summary>How far an export is.</summary>
/// <param name="Video">Name of the video that is being written.</param>
/// <param name="Number">Its number in the export, from 1.</param>
/// <param name="FramesDone">Frames of it that are written.</param>
public sealed record ExportProgress(string Video, int Number, int FramesDone);

/// <summary>What an export left.</summary>
/// <param name="Videos">How many videos it has.</param>
/// <param name="AlreadyThere">How many of them an earlier attempt had written.</param>
/// <param name="Paths">Files and folders.</param>
public sealed record ExportSummary(int Videos, int AlreadyThere, IReadOnlyList<string> Paths);
