using Sa2VA.Cluster.FaultTests;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The clips that ship.</summary>
internal static class Samples
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(NanoModel.Folder, "..", "..", "samples"));
}
