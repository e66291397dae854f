using System.Globalization;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>
/// A run between two updates, on disk: the trained parameters in full precision, the optimiser's means of each, the number of updates.
/// What is frozen is not in it and comes from the model that the run started from.
/// </summary>
public static class TrainingState
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "state.safetensors";

    private const string StepKey = "step";
    private const string LayoutKey = "layout";
    private const string Squares = "square";

    /// <summary>Writes the state, replacing the one before in one move.</summary>
    public static void Save(string folder, ParameterStore parameters, AdamW optimizer, long step) => SafetensorsTensors.Save(
        Path.Combine(folder, FileName), Vectors(parameters, optimizer).ToDictionary(vector => vector.Name, vector => vector.Values, StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StepKey] = step.ToString(CultureInfo.InvariantCulture), [LayoutKey] = string.Join('\n', parameters.Placements.Select(Describe)),
        });

    /// <summary>Reads the state of a run. What is trained beside the model may have changed since; of the model it must be the same.</summary>
    /// <returns>The updates made; 0 when there is no state.</returns>
    /// <exception cref="TrainingException">The state belongs to another run, or is damaged.</exception>
    public static long Load(string folder, ParameterStore parameters, AdamW optimizer)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return 0;
        try
        {
            using var file = SafetensorsFile.Open(path);
            using var scope = NewDisposeScope();
            if (!file.Metadata.TryGetValue(LayoutKey, out var layout) || !long.TryParse(file.Metadata.GetValueOrDefault(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out var done))
                throw Foreign(path, "it does not tell what it holds");
            var stored = Places(layout);
            if (parameters.Placements.FirstOrDefault(place => !stored.ContainsKey(Describe(place)) && !IsAuxiliary(place.Spec.Name)) is { } missing)
                throw Foreign(path, $"it has no '{Describe(missing)}', which is trained now");
            var trained = parameters.Placements.Select(Describe).ToHashSet(StringComparer.Ordinal);
            if (stored.FirstOrDefault(part => !trained.Contains(part.Key) && !IsAuxiliary(part.Key) && HasLearnt(file, part.Value)) is { Key: { } surplus })
                throw Foreign(path, $"it has '{surplus}', which is not trained now");
            foreach (var (name, values) in Vectors(parameters, optimizer))
                Copy(file.Map(file[name]), values, parameters.Placements, stored);
            return done;
        }
        catch (SafetensorsException e)
        {
            throw new TrainingException($"'{path}' cannot be read: {e.Message} Remove it to start the run again.", e);
        }
    }

    private static IEnumerable<(string Name, Tensor Values)> Vectors(ParameterStore parameters, AdamW optimizer) =>
        [("values", parameters.Values), ("mean", optimizer.Mean), (Squares, optimizer.Square)];

    private static void Copy(Tensor source, Tensor target, IEnumerable<Placement> places, Dictionary<string, (long Start, long Count)> stored)
    {
        foreach (var place in places)
        {
            using var scope = NewDisposeScope();
            if (stored.TryGetValue(Describe(place), out var from))
                target.narrow(0, place.Start, from.Count).copy_(source.narrow(0, from.Start, from.Count));
        }
    }

    // What never had a gradient may go.
    private static bool HasLearnt(SafetensorsFile file, (long Start, long Count) place)
    {
        using var scope = NewDisposeScope();
        return file.Map(file[Squares]).narrow(0, place.Start, place.Count).ne(0).any().item<bool>();
    }

    private static string Describe(Placement place) => $"{place.Spec.Name}:{string.Join('x', place.Spec.Shape)}";

    // Names and sizes in order say where each parameter lies.
    private static Dictionary<string, (long Start, long Count)> Places(string layout)
    {
        var places = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        var start = 0L;
        foreach (var line in layout.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var count = line[(line.LastIndexOf(':') + 1)..].Split('x').Aggregate(1L, (product, size) => product * long.Parse(size, CultureInfo.InvariantCulture));
            places.Add(line, (start, count));
            start += count;
        }

        return places;
    }

    private static bool IsAuxiliary(string name) => name.StartsWith(TrainingNetwork.AuxiliaryScope, StringComparison.Ordinal);

    private static TrainingException Foreign(string path, string reason) => new(
        $"'{path}' belongs to another run: {reason}. Give a new run another folder; to go on with this one, train the same parts of the same model.");
}
