using Sa2VA.Models.Weights;

namespace Sa2VA.Training.Parameters;

/// <summary>One trained parameter in the vector of a <see cref="ParameterStore"/>.</summary>
/// <param name="Spec">Name, shape and how it started.</param>
/// <param name="Start">Index of its first value.</param>
public sealed record Placement(WeightSpec Spec, long Start);
