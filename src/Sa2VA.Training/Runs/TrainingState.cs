using System.Globalization;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>
/// A run between two updates, on disk: the trained parameters in full precision, the optimiser's means of each, the number of updates.
/// What is frozen comes from the model that the run started from; in a run from nothing it is kept here too.
/// </summary>
public static class TrainingState
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "state.safetensors";

    private const string StepKey = "step";
    private const string LayoutKey = "layout";
    private const string Values = "values";
    private const string Means = "mean";
    private const string Squares = "square";

    /// <summary>Writes the state, replacing the one before in one move.</summary>
    /// <param name="folder">The run's.</param>
    /// <param name="parameters">What is trained.</param>
    /// <param name="optimizer">Its means.</param>
    /// <param name="kept">Untrained parameters that no checkpoint holds.</param>
    /// <param name="step">Updates made.</param>
    public static void Save(string folder, ParameterStore parameters, AdamW optimizer, IReadOnlyList<WeightSpec> kept, long step)
    {
        using var scope = NewDisposeScope();
        var values = cat([parameters.Values, .. kept.Select(spec => parameters.ReadUntrained(spec).reshape(-1))]);
        SafetensorsTensors.Save(
            Path.Combine(folder, FileName),
            new Dictionary<string, Tensor>(StringComparer.Ordinal) { [Values] = values, [Means] = optimizer.Mean, [Squares] = optimizer.Square },
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [StepKey] = step.ToString(CultureInfo.InvariantCulture),
                [LayoutKey] = string.Join('\n', parameters.Placements.Select(place => place.Spec).Concat(kept).Select(Describe)),
            });
    }

    /// <summary>Reads the state of a run. What is trained beside the model may have changed since; of the model it must be the same.</summary>
    /// <returns>The updates made; 0 when there is no state.</returns>
    /// <exception cref="TrainingException">The state belongs to another run, or is damaged.</exception>
    public static long Load(string folder, ParameterStore parameters, AdamW optimizer, IReadOnlyList<WeightSpec> kept)
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
            var (values, means, squares) = (file.Map(file[Values]), file.Map(file[Means]), file.Map(file[Squares]));
            Check(path, parameters, stored, squares);
            Copy(values, parameters.Values, parameters.Placements, stored);
            Copy(means, optimizer.Mean, parameters.Placements, stored);
            Copy(squares, optimizer.Square, parameters.Placements, stored);
            foreach (var spec in kept.Where(spec => stored.ContainsKey(Describe(spec))))
                parameters.Restore(spec, Slice(values, stored[Describe(spec)]).view([.. spec.Shape]));
            return done;
        }
        catch (SafetensorsException e)
        {
            throw new TrainingException($"'{path}' cannot be read: {e.Message} Remove it to start the run again.", e);
        }
    }

    // Of the model, the same must have been trained as is trained now.
    private static void Check(string path, ParameterStore parameters, Dictionary<string, (long Start, long Count)> stored, Tensor squares)
    {
        var trained = parameters.Placements.Select(place => Describe(place.Spec)).ToHashSet(StringComparer.Ordinal);
        if (trained.FirstOrDefault(part => !IsAuxiliary(part) && !(stored.TryGetValue(part, out var place) && HasMeans(place, squares))) is { } missing)
            throw Foreign(path, $"it has no '{missing}', which is trained now");
        if (stored.FirstOrDefault(part => !trained.Contains(part.Key) && !IsAuxiliary(part.Key) && HasLearnt(part.Value, squares)) is { Key: { } surplus })
            throw Foreign(path, $"it has '{surplus}', which is not trained now");
    }

    private static void Copy(Tensor source, Tensor target, IEnumerable<Placement> places, Dictionary<string, (long Start, long Count)> stored)
    {
        foreach (var place in places)
        {
            using var scope = NewDisposeScope();
            if (stored.TryGetValue(Describe(place.Spec), out var from))
                target.narrow(0, place.Start, from.Count).copy_(Slice(source, from));
        }
    }

    private static Tensor Slice(Tensor vector, (long Start, long Count) place) => vector.narrow(0, place.Start, place.Count);

    // What is kept comes after what is trained.
    private static bool HasMeans((long Start, long Count) place, Tensor squares) => place.Start + place.Count <= squares.numel();

    private static bool HasLearnt((long Start, long Count) place, Tensor squares)
    {
        using var scope = NewDisposeScope();
        return HasMeans(place, squares) && Slice(squares, place).ne(0).any().item<bool>();
    }

    private static string Describe(WeightSpec spec) => $"{spec.Name}:{string.Join('x', spec.Shape)}";

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
