namespace Sa2VA.Datasets;

/// <summary>Pictures with captions whose phrases have masks: grounded caption generation (GCG), as GranD-f publishes it.</summary>
/// <param name="Name">What reports call it, with the split: <c>gcg/val</c>.</param>
/// <param name="Images">The pictures that have captions, in the order of the captions' file.</param>
/// <param name="UncaptionedMasks">
/// Masks of pictures without a caption. Nobody is asked about those pictures, but the official AP counts their masks as missed.
/// </param>
public sealed record GcgDataset(string Name, IReadOnlyList<GcgImage> Images, int UncaptionedMasks);

/// <summary>A picture with its captions and masks.</summary>
public sealed class GcgImage
{
    private readonly string? _picture;
    private readonly string _folders;

    internal GcgImage(string id, int rank, IReadOnlyList<GcgCaption> captions, IReadOnlyList<GcgMask> masks, string? picture, string folders)
        => (Id, Rank, Captions, Masks, _picture, _folders) = (id, rank, captions, masks, picture, folders);

    /// <summary>As the dataset calls it; predictions are filed under it. It can be the name of a file.</summary>
    public string Id { get; }

    /// <summary>Its place when images are sorted by id, as COCO's evaluation goes through them: numbers by value, texts letter by letter.</summary>
    public int Rank { get; }

    /// <summary>One or more.</summary>
    public IReadOnlyList<GcgCaption> Captions { get; }

    /// <summary>In the order of the file, all of one size; the i-th belongs to the i-th phrase of the first caption.</summary>
    public IReadOnlyList<GcgMask> Masks { get; }

    /// <summary>The picture's file.</summary>
    /// <exception cref="DatasetException">There is none; the message says where it was looked for.</exception>
    public string Picture => _picture ?? throw new DatasetException($"There is no picture of image '{Id}'. Looked for '{Id}' with .jpg, .jpeg or .png in {_folders}.");
}

/// <summary>What somebody wrote about a picture.</summary>
/// <param name="Text">Without tags.</param>
/// <param name="Phrases">Parts of it that have masks.</param>
public sealed record GcgCaption(string Text, IReadOnlyList<string> Phrases);

/// <summary>A true mask.</summary>
/// <param name="Mask">In the picture's size.</param>
/// <param name="IsCrowd">Whether it stands for many things at once, which may be found or not.</param>
/// <param name="Category">1 for what the official AP counts.</param>
public sealed record GcgMask(Media.Masks.Rle Mask, bool IsCrowd, int Category);
