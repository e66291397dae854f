using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>Writes a model in training as a checkpoint in the official layout; configuration and tokenizer are beside it already.</summary>
public static class ModelExport
{
    /// <summary>Writes the model's tensors, trained or not; adapters are added to their matrices, and what was trained beside the model is left out.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="dtype">Element type to store.</param>
    public static void Write(ParameterStore parameters, string folder, SafetensorsDtype dtype = SafetensorsDtype.BF16)
    {
        var stored = parameters.Specs
            .Where(spec => !spec.Name.StartsWith(TrainingNetwork.AuxiliaryScope, StringComparison.Ordinal))
            .ToDictionary(spec => WeightNames.InSa2va(spec.Name), StringComparer.Ordinal);
        SafetensorsShards.Write(
            folder, stored.Select(pair => new SafetensorsDeclaration(pair.Key, dtype, pair.Value.Shape)),
            (entry, writer) =>
            {
                using var scope = NewDisposeScope();
                writer.Append(entry.Name, parameters.Read(stored[entry.Name].Name));
            });
    }
}
