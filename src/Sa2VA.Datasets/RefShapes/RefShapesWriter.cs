using Sa2VA.Media;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// Writes a split to disk as MeViS and Ref-YouTube-VOS are laid out. What it writes appears whole, so a writer that was stopped goes on
/// with the first video that is not there when it is called again.
/// </summary>
public static class RefShapesWriter
{
    /// <summary>Writes a split.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="progress">Told the frames done and the frames in all.</param>
    /// <param name="cancellationToken">Stops between two frames; the video that was being written is left out.</param>
    /// <exception cref="DatasetException">The folder holds another seed or version, or the number of videos makes no sense.</exception>
    /// <exception cref="MediaException">ffmpeg is missing or failed.</exception>
    public static async Task<RefShapesWritten> WriteAsync(
        RefShapesWriteOptions options, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var count = CountOf(options);
        var folder = Path.Combine(Path.GetFullPath(options.Folder), options.Split.Name());
        Directory.CreateDirectory(folder);
        Manifest.Claim(folder, options);

        var videos = new RefShapesVideo[count];
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            videos[i] = RefShapesVideo.Create(options.Split, options.Seed, i);
        }

        var (done, total) = (0, videos.Sum(v => v.FrameCount));
        using var masks = options.Layouts.HasFlag(RefShapesLayouts.Mevis) ? new MaskDictionaryFile(Path.Combine(folder, "mask_dict.json")) : null;
        foreach (var video in videos)
        {
            await VideoFiles.WriteAsync(video, folder, options, masks, () => progress?.Report((++done, total)), cancellationToken);
        }

        masks?.Complete();
        ExpressionFiles.Write(folder, options.Layouts, videos);
        return new RefShapesWritten(folder, count, total, videos.Sum(v => v.Expressions.Count));
    }

    /// <summary>How many videos are meant.</summary>
    internal static int CountOf(RefShapesWriteOptions options)
    {
        var most = options.Split.VideoCount();
        return options.Videos switch
        {
            null when options.Split == RefShapesSplit.Train => throw new DatasetException("The train split has no end: say how many videos to write."),
            null => most,
            < 1 => throw new DatasetException($"At least one video must be written, not {options.Videos}."),
            { } asked when asked > most => throw new DatasetException($"The {options.Split.Name()} split has {most} videos; {asked} were asked for."),
            { } asked => asked,
        };
    }
}
