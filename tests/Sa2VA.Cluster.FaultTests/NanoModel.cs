using System.Runtime.CompilerServices;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>The small model that ships.</summary>
internal static class NanoModel
{
    public const string Name = "nano";

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "models", "sa2va-nano"));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
