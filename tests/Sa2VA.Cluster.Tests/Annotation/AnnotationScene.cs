using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Annotation;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Tests.Annotation;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

[assembly: AssemblyFixture(typeof(AnnotationScene))]

namespace Sa2VA.Cluster.Tests.Annotation;

/// <summary>Every seventh frame of the sample clip as pictures, with the exact masks of the ball and the square; made once.</summary>
public sealed class AnnotationScene : IDisposable
{
    public const int Frames = 12;

    private static readonly ShapesClip.Thing[] Things = [ShapesClip.Thing.Ball, ShapesClip.Thing.Square];

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _pictures;
    private readonly Lazy<Rle[][]> _masks = new(() => [.. Enumerable.Range(0, Frames).Select(frame => (Rle[])[.. Things.Select(thing => MaskOf(frame, thing))])]);

    public AnnotationScene() => _pictures = new(MakePictures);

    public string Pictures => _pictures.Value;

    public static int FrameOf(int step) => step * 7;

    /// <summary>The video: object 1 is the ball, 2 the square.</summary>
    public ExportVideo Video(string name = "shapes", int objects = 2) => new()
    {
        Name = name,
        Width = ShapesClip.Width,
        Height = ShapesClip.Height,
        Objects = [.. Things.Take(objects).Select((thing, place) => new ExportObject(place + 1, place, thing.ToString(), Answer: null, IsAbsent: false))],
        Fingerprint = name,
        ReadAsync = stop => StepsAsync(objects, stop),
        OpenAsync = _ => Task.FromResult(new LocalVideo(Pictures)),
    };

    /// <summary>A request with few pictures; each costs a process.</summary>
    public static AnnotationRequest Request(TemporaryFolder folder, IDescriber describer) => new()
    {
        OutputFolder = folder.File("out"), WorkFolder = folder.File("work"), Describer = describer, Checker = describer, Rules = new AnnotationRules { Frames = 3 },
    };

    public Rle Mask(int step, int objectId) => _masks.Value[step][objectId - 1];

    public void Dispose() => _folder.Dispose();

    private static Rle MaskOf(int step, ShapesClip.Thing thing)
    {
        var mask = new byte[ShapesClip.Width * ShapesClip.Height];
        for (var i = 0; i < mask.Length; i++) mask[i] = ShapesClip.At(FrameOf(step), i % ShapesClip.Width, i / ShapesClip.Width) == thing ? (byte)1 : (byte)0;
        return RleCodec.Encode(mask, ShapesClip.Height, ShapesClip.Width);
    }

    private async IAsyncEnumerable<StoredStep> StepsAsync(int objects, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var step = 0; step < Frames; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredStep(step, step, step, step / 24.0, [.. Enumerable.Range(0, objects).Select(place => new StoredMask(place + 1, _masks.Value[step][place], 0, 0))]);
        }
    }

    private string MakePictures()
    {
        var folder = Directory.CreateDirectory(_folder.File("frames")).FullName;
        for (var step = 0; step < Frames; step++)
        {
            using var image = new RgbImage(ShapesClip.Width, ShapesClip.Height, ShapesClip.Render(FrameOf(step)));
            using var file = File.Create(Path.Combine(folder, $"{step:00000}.png"));
            PngWriter.WriteRgb(file, image);
        }

        return folder;
    }
}
