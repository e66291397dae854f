using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>Writes what was trained as a checkpoint in the official layout; configuration and tokenizer are beside it already.</summary>
public static class ModelExport
{
    /// <summary>Writes the model's tensors; what was trained beside it is left out.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="dtype">Element type to store.</param>
    public static void Write(ParameterStore parameters, string folder, SafetensorsDtype dtype = SafetensorsDtype.BF16)
    {
        using var scope = NewDisposeScope();
        var tensors = parameters.Placements
            .Where(place => !place.Spec.Name.StartsWith(TrainingNetwork.AuxiliaryScope, StringComparison.Ordinal))
            .ToDictionary(place => WeightNames.InSa2va(place.Spec.Name), parameters.View, StringComparer.Ordinal);
        SafetensorsShards.Write(
            folder, tensors.Select(pair => SafetensorsTensors.Declare(pair.Key, pair.Value, dtype)),
            (entry, writer) => writer.Append(entry.Name, tensors[entry.Name]));
    }
}
