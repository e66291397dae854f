using Sa2VA.Media;

namespace Sa2VA.Training.Data;

/// <summary>A frame of a clip.</summary>
/// <param name="Image">Its picture.</param>
/// <param name="Things">[Height * Width] the set of things seen at each pixel.</param>
internal sealed record ClipView(RgbImage Image, uint[] Things);
