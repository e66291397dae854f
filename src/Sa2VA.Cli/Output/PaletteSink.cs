using System.Globalization;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary><c>masks/00000.png</c> and so on, one per frame: a pixel is the number of its object, 0 is the background (DAVIS).</summary>
/// <remarks>Where objects overlap the later one is seen, as in the overlay; <c>masks.json</c> keeps both.</remarks>
internal sealed class PaletteSink : IFrameSink
{
    private const int MaxObjects = 254;

    public PaletteSink(string folder, int objects)
    {
        if (objects > MaxObjects)
            throw new CliException(ExitCodes.Usage, $"A palette picture holds at most {MaxObjects} objects; the run has {objects}. Leave --png out: masks.json has them all.");
        Path = System.IO.Path.Combine(folder, "masks");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken)
    {
        var indices = new byte[frame.Image.Width * frame.Image.Height];
        for (var i = 0; i < masks.Count; i++)
        {
            var mask = masks[i].Mask.Span;
            for (var p = 0; p < mask.Length; p++)
            {
                if (mask[p] != 0)
                    indices[p] = (byte)step.Masks[i].ObjectId;
            }
        }

        var file = System.IO.Path.Combine(Path, frame.Index.ToString("D5", CultureInfo.InvariantCulture) + ".png");
        OutputFolder.Write(file, stream => PngWriter.WriteIndexed(stream, frame.Image.Width, frame.Image.Height, indices));
        return Task.CompletedTask;
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
