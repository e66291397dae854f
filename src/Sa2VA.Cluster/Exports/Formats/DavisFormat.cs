using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary><c>Annotations/VIDEO/00000.png</c> with DAVIS's palette: a pixel is the number of its object, 0 is the ground.</summary>
/// <remarks>Where objects overlap the later one is seen; the other formats keep both.</remarks>
internal sealed class DavisFormat(ExportFolder folder) : IExportFormat
{
    private string Annotations => Path.Combine(folder.Path, "Annotations");

    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        ObjectNumbers.Check(video);
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            var path = Path.Combine(Annotations, video.Name, ExportFrames.NameOf(step) + ".png");
            if (!keep || !File.Exists(path))
            {
                var numbers = ObjectNumbers.Of(video, step);
                ExportFiles.Write(path, stream => PngWriter.WriteIndexed(stream, video.Width, video.Height, numbers));
            }

            frames.Report(step.Step + 1);
        }
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([Annotations]);
}
