using Sa2VA.Models.Weights;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>The recorded activations of single SAM 2 modules: which cases there are, and their weights through the store that real checkpoints take.</summary>
internal static class GoldenSam2
{
    public static TheoryData<string> Cases(string module) => [.. Golden.Folders("sam2", module)];

    public static CheckpointStore OpenWeights(this GoldenFolder golden) => CheckpointStore.Open(golden.WeightsPath);

    /// <summary>The distinct first parts of the recorded names that end in <paramref name="suffix"/>: <c>case0</c> of <c>case0.image</c>.</summary>
    public static IReadOnlyList<string> Prefixes(this GoldenFolder golden, string suffix) =>
        [.. golden.Names.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Select(name => name[..^suffix.Length])];
}
