using System.Globalization;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Objectives;
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
        if (!file.Metadata.TryGetValue(LayoutKey, out var layout) || !file.Metadata.TryGetValue(StepKey, out var step))
            throw new TrainingException($"'{path}' is not the state of a training run. Give another folder to a new run, or remove it.");
        var stored = Places(layout);
        using var scope = NewDisposeScope();
        foreach (var (name, target) in (IEnumerable<(string, Tensor)>)[("values", parameters.Values), ("mean", optimizer.Mean), ("square", optimizer.Square)])
        {
            var source = file.Map(file[name]);
            foreach (var place in parameters.Placements)
            {
                if (stored.TryGetValue(Describe(place), out var start))
                    target.narrow(0, place.Start, place.Spec.Count).copy_(source.narrow(0, start, place.Spec.Count));
                else if (!place.Spec.Name.StartsWith(TrainingNetwork.AuxiliaryScope, StringComparison.Ordinal))
                    throw new TrainingException($"'{path}' belongs to a run with another architecture: it has no '{Describe(place)}'. Give another folder to a new run, or remove it.");
            }
        }

        return long.Parse(step, CultureInfo.InvariantCulture);
    }

    // Names and sizes in order. What is trained beside the model may change between two sittings of a run; the model may not.
    private static string Layout(ParameterStore parameters) => string.Join('\n', parameters.Placements.Select(Describe));

    private static Dictionary<string, long> Places(string layout)
    {
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        var start = 0L;
        foreach (var line in layout.Split('\n'))
        {
            places.Add(line, start);
            start += line[(line.LastIndexOf(':') + 1)..].Split('x').Aggregate(1L, (count, size) => count * long.Parse(size, CultureInfo.InvariantCulture));
        }

        return places;
    }

    private static string Describe(Placement place) => $"{place.Spec.Name}:{string.Join('x', place.Spec.Shape)}";
}
