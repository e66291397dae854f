namespace Sa2VA.Media;

/// <summary>One object on one frame, as an overlay shows it.</summary>
/// <param name="Place">Place of the object in the run, from 0; decides its colour.</param>
/// <param name="Label">The expression or prompt, for the legend.</param>
/// <param name="Mask">[H, W] of the frame, 0 or 1. Empty when the object is not in the frame.</param>
public sealed record ObjectMask(int Place, string Label, ReadOnlyMemory<byte> Mask);
