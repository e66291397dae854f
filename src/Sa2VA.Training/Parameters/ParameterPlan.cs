using Sa2VA.Tensors;

namespace Sa2VA.Training.Parameters;

/// <summary>What happens to the parameters of a run.</summary>
/// <param name="IsFrozen">Whether a parameter of that name stays as it is.</param>
/// <param name="Lora">Adapters of the language model; null for none.</param>
/// <param name="TypeOf">Element type that modules compute with, by name; trained values are kept in float32 whatever it is.</param>
public sealed record ParameterPlan(Func<string, bool> IsFrozen, LoraOptions? Lora, Func<string, ScalarType> TypeOf)
{
    /// <summary>Trains everything in float32.</summary>
    public static ParameterPlan Whole { get; } = new(_ => false, Lora: null, _ => ScalarType.Float32);
}
