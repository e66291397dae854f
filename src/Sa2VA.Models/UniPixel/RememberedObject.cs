namespace Sa2VA.Models.UniPixel;

/// <summary>An object that a question may name as <c>[id]</c>, with what it looked like.</summary>
/// <param name="Id">A number from 0.</param>
/// <param name="Masks">For every frame that the language model sees: 1 inside and 0 outside, row by row, in the size of <paramref name="Width"/> by <paramref name="Height"/>. A mask that is empty on all of them stands for the whole picture, as in the official evaluation.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public sealed record RememberedObject(int Id, IReadOnlyList<byte[]> Masks, int Width, int Height);
