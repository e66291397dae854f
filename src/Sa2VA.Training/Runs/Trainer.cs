using System.Runtime.ExceptionServices;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>
/// Trains a Sa2VA: each step, workers compute the gradients of clips of their own in parallel, which are added in a fixed order.
/// What a step learns follows from its number, so that a run that was stopped goes on to the same losses.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingRecipe _recipe;
    private readonly AuxiliaryWeights _source;
    private readonly TrainingWorker[] _workers;
    private readonly CosineSchedule _schedule;

    // What is not trained and no checkpoint holds either.
    private readonly IReadOnlyList<WeightSpec> _kept;

    /// <param name="recipe">What to do.</param>
    /// <param name="config">Architecture.</param>
    /// <param name="prompts">Turns words into tokens.</param>
    /// <param name="source">Gives the clips.</param>
    /// <param name="start">Where the parameters come from: a checkpoint or an initialiser. It keeps what is frozen and must outlive the trainer.</param>
    /// <exception cref="TrainingException">The recipe freezes or adapts what the model does not have, or shows it pictures of several tiles.</exception>
    public Trainer(TrainingRecipe recipe, Sa2vaConfig config, PromptTokens prompts, IClipSource source, WeightStore start)
    {
        // A picture is one tile then, as a frame is.
        if (recipe.Samples.Stills > 0 && config.ImageTiles != 1)
            throw new TrainingException($"samples.stills: the model sees pictures in up to {config.ImageTiles} tiles, and only pictures of one tile can be trained. Set \"image_tiles\": 1 in config.json, or leave samples.stills out.");
        _recipe = recipe;
        _source = new AuxiliaryWeights(start, recipe.Seed);
        Config = config;
        var type = LanguageType(recipe.Precision, start.Device);
        var specs = Specs(config, source, start);
        Parameters = new ParameterStore(_source, specs, RecipePlan.Of(recipe, specs, type));
        _kept = start is RandomStore ? [.. Parameters.Untrained] : [];
        Optimizer = new AdamW(Parameters, recipe.Optimizer, _ => 1);
        _schedule = new CosineSchedule(recipe.LearningRate, recipe.LastLearningRate, recipe.WarmUpSteps, recipe.Steps);
        _workers = [.. Enumerable.Range(0, recipe.Workers).Select(_ => new TrainingWorker(recipe, config, prompts, source, Parameters, type))];
        if (recipe.Workers > 1)
            set_num_threads(1);    // each worker is a thread of its own, matrix products included
    }

    public Sa2vaConfig Config { get; }

    public ParameterStore Parameters { get; }

    public AdamW Optimizer { get; }

    /// <summary>Updates made so far.</summary>
    public long StepsDone { get; private set; }

    /// <summary>Goes on from the state in a run's folder, if there is one.</summary>
    /// <exception cref="TrainingException">The state belongs to another run, or is damaged.</exception>
    public void Resume(string folder)
    {
        StepsDone = TrainingState.Load(folder, Parameters, Optimizer, _kept);
        Parameters.Refresh();
    }

    /// <summary>Writes the state that <see cref="Resume"/> goes on from.</summary>
    public void Save(string folder) => TrainingState.Save(folder, Parameters, Optimizer, _kept, StepsDone);

    /// <summary>Makes the next update.</summary>
    public StepReport Step()
    {
        var batch = (long)_recipe.Workers * _recipe.ClipsPerWorker;
        var first = StepsDone * batch;
        var losses = new IReadOnlyDictionary<string, double>[_workers.Length];
        try
        {
            Parallel.For(0, _workers.Length, i => losses[i] = _workers[i].Learn(first + (long)i * _recipe.ClipsPerWorker));
        }
        catch (AggregateException e)
        {
            // Workers that fail fail alike: the first one tells the reason.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        using var scope = NewDisposeScope();
        var gradients = _workers[0].Replica.Gradients;
        foreach (var worker in _workers.AsSpan(1))
            gradients.add_(worker.Replica.Gradients);
        if (_workers.Length > 1)
            gradients.div_(_workers.Length);
        var rate = _schedule.At(StepsDone);
        var norm = Optimizer.Step(Parameters.Values, gradients, StepsDone + 1, rate);
        Parameters.Refresh();
        foreach (var worker in _workers)
            worker.Replica.Gradients.zero_();
        StepsDone++;
        return new StepReport(StepsDone, rate, norm, Mean(losses));
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        Optimizer.Dispose();
        Parameters.Dispose();
        _source.Dispose();
    }

    private static ScalarType LanguageType(TrainingPrecision? precision, Device device) =>
        (precision ?? (device.Type == DeviceType.CPU ? TrainingPrecision.Float32 : TrainingPrecision.Bfloat16)) == TrainingPrecision.Bfloat16 ? bfloat16 : float32;

    private static IReadOnlyCollection<WeightSpec> Specs(Sa2vaConfig config, IClipSource source, WeightStore start)
    {
        using var catalogue = new CatalogueStore(name => start is RandomStore ? null : start.Wants(name, fallback: false));
        _ = new TrainingNetwork(catalogue, config, source.ClassSizes);
        return [.. catalogue.Specs];
    }

    private static Dictionary<string, double> Mean(IReadOnlyDictionary<string, double>[] losses) =>
        losses.SelectMany(parts => parts).GroupBy(part => part.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Average(part => part.Value), StringComparer.Ordinal);
}

/// <summary>What one update was like.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="LearningRate">Its rate.</param>
/// <param name="GradientNorm">Norm before clipping.</param>
/// <param name="Losses">Parts of the loss and measures by name, mean over the workers.</param>
public sealed record StepReport(long Step, double LearningRate, double GradientNorm, IReadOnlyDictionary<string, double> Losses);
