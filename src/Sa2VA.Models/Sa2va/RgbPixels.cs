namespace Sa2VA.Models.Sa2va;

/// <summary>A frame as the vision tower takes it: RGB, three bytes a pixel, rows from top to bottom, already resized.</summary>
public readonly record struct RgbPixels(int Width, int Height, ReadOnlyMemory<byte> Bytes);
