using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>A video whose frames are pictures in a folder, listed in a file of expressions.</summary>
internal sealed class PictureVideo : ReferringVideo
{
    private static readonly string[] Extensions = [".jpg", ".png", ".jpeg"];
    private readonly VideoEntry _entry;
    private readonly string _folder;
    private readonly IMaskSource? _truth;
    private readonly IMaskLists? _foreground;
    private readonly Dictionary<string, ExpressionEntry> _byId;
    private readonly IReadOnlyList<ExpressionEntry> _present;
    private readonly Lazy<(int Width, int Height)> _size;
    private readonly Lazy<string> _source;

    /// <param name="entry">What the file of expressions says.</param>
    /// <param name="folder">The frames.</param>
    /// <param name="truth">Where masks may be, best first.</param>
    /// <param name="levels">Names of the types of expressions.</param>
    /// <param name="foreground">Everything that is ever meant, by video.</param>
    public PictureVideo(VideoEntry entry, string folder, IReadOnlyList<IMaskSource> truth, IReadOnlyList<string>? levels = null, IMaskLists? foreground = null)
    {
        (_entry, _folder, _foreground) = (entry, folder, foreground);
        _byId = entry.Expressions.ToDictionary(e => e.Id);
        Expressions = [.. entry.Expressions.Select(e => e.ToExpression(levels))];
        _present = [.. entry.Expressions.Where((_, i) => !Expressions[i].IsAbsent)];
        _truth = truth.FirstOrDefault(source => source.Has(entry, _present));
        _size = new(FindSize);
        _source = new(FindSource);
    }

    public override string Id => _entry.Id;

    public override int Width => _size.Value.Width;

    public override int Height => _size.Value.Height;

    public override IReadOnlyList<string> FrameNames => _entry.Frames;

    public override IReadOnlyList<ReferringExpression> Expressions { get; }

    public override string Source => _source.Value;

    public override bool HasTruth => _truth is not null;

    public override RgbImage ReadFrame(int frame)
    {
        var path = FrameFile(frame);
        return Checked(DatasetPictures.Guard(() => FramePictures.Read(path)), path);
    }

    public override async IAsyncEnumerable<RgbImage> ReadFramesAsync(
        IReadOnlyList<int> frames, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string[] paths = [.. frames.Select(FrameFile)];
        await using var pictures = FramePictures.ReadAsync(paths, MediaLimits.Default, cancellationToken).GetAsyncEnumerator(cancellationToken);
        foreach (var path in paths)
        {
            await DatasetPictures.GuardAsync(() => pictures.MoveNextAsync());
            yield return Checked(pictures.Current, path);
        }
    }

    public override Rle Truth(ReferringExpression expression, int frame)
    {
        ArgumentNullException.ThrowIfNull(expression);
        CheckFrame(frame);
        if (!_byId.TryGetValue(expression.Id, out var entry))
            throw new DatasetException($"Video '{Id}' has no expression '{expression.Id}'.");
        if (expression.IsAbsent)
            return RleCodec.Empty(Height, Width);
        return _truth is { } truth
            ? new JsonPlace(truth.Path, $"video '{Id}', expression '{expression.Id}', frame '{FrameNames[frame]}'")
                .Checked(() => TruthMask.Unite(Height, Width, truth.Masks(_entry, entry, frame)))
            : throw new DatasetException($"The truth about video '{Id}' is not published, or not in the folder. Score predictions for it on the dataset's server.");
    }

    public override Rle? Foreground(int frame)
    {
        CheckFrame(frame);
        if (_foreground is not { } lists)
            return null;
        var mask = lists.Frame(Id, _entry, frame);
        return new JsonPlace(lists.Path, $"foreground of video '{Id}', frame '{FrameNames[frame]}'")
            .Checked(() => TruthMask.Unite(Height, Width, mask is null ? [] : [mask]));
    }

    private void CheckFrame(int frame)
    {
        if (frame < 0 || frame >= FrameNames.Count)
            throw new ArgumentOutOfRangeException(nameof(frame), $"Video '{Id}' has frames 0 to {FrameNames.Count - 1}, not {frame}.");
    }

    private string FrameFile(int frame)
    {
        CheckFrame(frame);
        var stem = Path.Combine(_folder, FrameNames[frame]);
        return Extensions.Select(e => stem + e).FirstOrDefault(File.Exists)
            ?? throw new DatasetException($"Frame '{FrameNames[frame]}' of video '{Id}' is missing: there is no '{stem}{Extensions[0]}' (or {string.Join(", ", Extensions[1..])}).");
    }

    private RgbImage Checked(RgbImage image, string path)
    {
        if ((image.Width, image.Height) == (Width, Height))
            return image;
        using (image)
            throw new DatasetException($"'{path}' is {image.Width}x{image.Height}; video '{Id}' is {Width}x{Height}.");
    }

    /// <summary>As declared; else as the first frame says; else, when pictures are not there at all, as the first mask says.</summary>
    private (int Width, int Height) FindSize()
    {
        if (_entry is { Width: { } width, Height: { } height })
            return (width, height);
        if (Directory.Exists(_folder) || _truth is null)
        {
            var first = FrameFile(0);
            return DatasetPictures.Guard(() => FramePictures.Size(first));
        }

        foreach (var entry in _present)
        {
            for (var frame = 0; frame < FrameNames.Count; frame++)
            {
                if (_truth.Masks(_entry, entry, frame) is [var mask, ..])
                    return (mask.Width, mask.Height);
            }
        }

        throw new DatasetException($"The size of video '{Id}' is not known: there is no folder '{_folder}' with its frames, and no mask of it.");
    }

    /// <summary>The folder, when reading it as a video gives these frames and no others.</summary>
    private string FindSource()
    {
        if (!Directory.Exists(_folder))
            throw new DatasetException($"The frames of video '{Id}' are missing: there is no folder '{_folder}'.");
        var names = DatasetPictures.Guard(() => VideoFiles.Of(_folder)).Select(f => Path.GetFileNameWithoutExtension(f)).ToList();
        if (names.SequenceEqual(FrameNames))
            return _folder;
        throw names.Except(FrameNames).FirstOrDefault() is { } surplus
            ? new DatasetException($"'{_folder}' cannot be read as video '{Id}': its picture '{surplus}' is not among the {FrameNames.Count} frames that the expressions are about. Take such pictures out of the folder.")
            : new DatasetException($"'{_folder}' cannot be read as video '{Id}': frame '{FrameNames.Except(names).First()}' is missing.");
    }
}
