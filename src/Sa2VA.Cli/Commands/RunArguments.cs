using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cli.Commands;

/// <summary>What the command line of <c>sa2va run</c> asks for.</summary>
/// <param name="Request">The work.</param>
/// <param name="OutputFolder">Where results are written.</param>
/// <param name="PalettePngs">Also write a palette picture per frame.</param>
/// <param name="Overlay">Write the overlay video.</param>
/// <param name="Boxes">Tell every mask with the boxes around its parts.</param>
/// <param name="Json">Say everything in JSON lines on the standard output.</param>
/// <param name="Threads">CPU threads of the tensor library.</param>
internal sealed record RunArguments(RunRequest Request, string OutputFolder, bool PalettePngs, bool Overlay, bool Boxes, bool Json, int Threads);
