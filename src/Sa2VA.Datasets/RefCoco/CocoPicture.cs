using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>An image as a video of one frame, with every sentence about every object in it.</summary>
internal sealed class CocoPicture : ReferringVideo
{
    private readonly CocoImage _image;
    private readonly string _path;
    private readonly CocoInstances _instances;
    private readonly Dictionary<string, long> _annotations = [];

    public CocoPicture(CocoImage image, string folder, IEnumerable<Ref> refs, CocoInstances instances)
    {
        (_image, _path, _instances) = (image, Path.Combine(folder, image.FileName), instances);
        FrameNames = [Path.GetFileNameWithoutExtension(image.FileName)];
        var expressions = new List<ReferringExpression>();
        foreach (var one in refs)
        {
            instances.Require(one.AnnotationId);
            foreach (var (id, text) in one.Sentences)
            {
                if (!_annotations.TryAdd(id, one.AnnotationId))
                    throw new DatasetException($"Image '{image.FileName}' has two sentences with the id {id}.");
                expressions.Add(new ReferringExpression(id, text));
            }
        }

        Expressions = expressions;
    }

    public override string Id => FrameNames[0];

    public override int Width => _image.Width;

    public override int Height => _image.Height;

    public override IReadOnlyList<string> FrameNames { get; }

    public override IReadOnlyList<ReferringExpression> Expressions { get; }

    public override string Source => File.Exists(_path) ? _path : throw new DatasetException($"There is no image '{_path}'.");

    public override bool HasTruth => true;

    public override RgbImage ReadFrame(int frame)
    {
        CheckFrame(frame);
        var path = Source;
        var image = DatasetPictures.Guard(() => FramePictures.Read(path));
        if ((image.Width, image.Height) == (Width, Height))
            return image;
        using (image)
            throw new DatasetException($"'{path}' is {image.Width}x{image.Height}; the dataset says {Width}x{Height}.");
    }

    public override Rle Truth(ReferringExpression expression, int frame)
    {
        ArgumentNullException.ThrowIfNull(expression);
        CheckFrame(frame);
        return _annotations.TryGetValue(expression.Id, out var annotation)
            ? _instances.Mask(annotation, Height, Width)
            : throw new DatasetException($"Image '{Id}' has no sentence {expression.Id}.");
    }

    private void CheckFrame(int frame)
    {
        if (frame != 0)
            throw new ArgumentOutOfRangeException(nameof(frame), $"An image has one frame, 0, not {frame}.");
    }
}
