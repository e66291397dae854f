using System.Collections.Immutable;

namespace Sa2VA.Models.Weights;

/// <summary>A parameter as a module asks for it: enough to declare it in a file, and to make it.</summary>
/// <param name="Name">Full official name.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Init">How it starts.</param>
public sealed record WeightSpec(string Name, ImmutableArray<long> Shape, Init Init)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));
}
