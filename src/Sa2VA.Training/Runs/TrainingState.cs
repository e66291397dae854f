using System.Globalization;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>A run between two updates, on disk: parameters in full precision, the optimiser's means, the number of updates.</summary>
public static class TrainingState
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "state.safetensors";

    private const string StepKey = "step";
    private const string LayoutKey = "layout";

    /// <summary>Writes the state, replacing the one before in one move.</summary>
    public static void Save(string folder, ParameterStore parameters, AdamW optimizer, long step)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["values"] = parameters.Values, ["mean"] = optimizer.Mean, ["square"] = optimizer.Square,
        };
        SafetensorsTensors.Save(Path.Combine(folder, FileName), tensors, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StepKey] = step.ToString(CultureInfo.InvariantCulture), [LayoutKey] = Layout(parameters),
        });
    }

    /// <summary>Reads the state of a run.</summary>
    /// <returns>The updates made; 0 when there is no state.</returns>
    /// <exception cref="TrainingException">The state belongs to another architecture, or is damaged.</exception>
    public static long Load(string folder, ParameterStore parameters, AdamW optimizer)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return 0;
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(LayoutKey, out var layout) || layout != Layout(parameters))
            throw new TrainingException($"'{path}' belongs to a run with another architecture, or other parameters beside it. Give another folder to a new run, or remove it.");
        using var scope = NewDisposeScope();
        foreach (var (name, target) in (IEnumerable<(string, Tensor)>)[("values", parameters.Values), ("mean", optimizer.Mean), ("square", optimizer.Square)])
            target.copy_(file.Map(file[name]));
        return long.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture);
    }

    // Names and sizes in order: what makes the vectors of two runs mean the same.
    private static string Layout(ParameterStore parameters)
    {
        var text = string.Join('\n', parameters.Placements.Select(place => $"{place.Spec.Name}:{string.Join('x', place.Spec.Shape)}"));
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
    }
}
