namespace Sa2VA.Media.Masks;

/// <summary>
/// A binary mask as COCO run lengths: column-major, the first run counts zeros. <paramref name="Counts"/> is the
/// compressed string of pycocotools, so that any COCO tool reads it.
/// </summary>
public sealed record Rle(int Height, int Width, string Counts);
