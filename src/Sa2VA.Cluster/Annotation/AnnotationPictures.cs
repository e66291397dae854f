using System.Globalization;
using Sa2VA.Cluster.Annotation.Pictures;
using Sa2VA.Cluster.Exports;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Annotation;

/// <summary>Makes what is shown with a question: reads the frames that it needs, and no others.</summary>
/// <param name="info">The video.</param>
/// <param name="plan">What is shown.</param>
/// <param name="masks">The masks of that.</param>
/// <param name="maxSide">Most pixels of the longer side.</param>
/// <param name="keep">Folder in which every picture is kept; null for none.</param>
internal sealed class AnnotationPictures(VideoInfo info, AnnotationPlan plan, IReadOnlyDictionary<(int ObjectId, int Step), Rle> masks, int maxSide, string? keep)
{
    /// <summary>The pictures of a question; the caller disposes of them.</summary>
    public async Task<IReadOnlyList<RgbImage>> OfAsync(PlannedAnnotation one, ObjectProgress.Ask question, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> steps = question.Step switch
        {
            AnnotationStep.Cutout or AnnotationStep.Whole or AnnotationStep.Scene => [one.Largest[question.Attempt - 1]],
            AnnotationStep.Video => one.Clip,
            _ => [],
        };
        if (steps.Count == 0) return [];
        var pictures = new List<RgbImage>(steps.Count);
        try
        {
            var options = new ReadOptions { Frames = [.. steps.Select(step => plan.Frames[step])] };
            await foreach (var frame in VideoReader.ReadAsync(info.Path, info, options, cancellationToken))
            {
                using (frame)
                {
                    var mask = RleCodec.Decode(masks[(one.Object.Id, steps[pictures.Count])]);
                    pictures.Add(question.Step == AnnotationStep.Cutout ? ObjectPictures.Cutout(frame.Image, mask, maxSide) : ObjectPictures.Outlined(frame.Image, mask, maxSide));
                }
            }

            if (keep is not null) Keep(one, question, pictures);
            return pictures;
        }
        catch
        {
            foreach (var picture in pictures) picture.Dispose();
            throw;
        }
    }

    private void Keep(PlannedAnnotation one, ObjectProgress.Ask question, List<RgbImage> pictures)
    {
        foreach (var (number, picture) in pictures.Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{one.Object.Id}-{question.Step.ToString().ToLowerInvariant()}-{question.Attempt}-{number}.png");
            ExportFiles.Write(Path.Combine(keep!, name), stream => PngWriter.WriteRgb(stream, picture));
        }
    }
}
