using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>Computes the gradient of some clips with parameters that it shares with other workers. One thread at a time.</summary>
internal sealed class TrainingWorker : IDisposable
{
    private readonly TrainingRecipe _recipe;
    private readonly Sa2vaConfig _config;
    private readonly IClipSource _source;
    private readonly ClipSampler _sampler;
    private readonly TrainingNetwork _network;
    private readonly LanguageObjective _language;
    private readonly GroundingObjective _grounding;
    private readonly TrackingObjective _tracking;
    private readonly DenseObjective _dense;
    private readonly ClickObjective _clicks;

    public TrainingWorker(TrainingRecipe recipe, Sa2vaConfig config, PromptTokens prompts, IClipSource source, ParameterStore parameters, ScalarType languageType)
    {
        (_recipe, _config, _source) = (recipe, config, source);
        _sampler = new ClipSampler(config, prompts, recipe.Samples);
        Replica = new ParameterReplica(parameters);
        _network = new TrainingNetwork(Replica, config, source.ClassSizes, languageType);
        _language = new LanguageObjective(_network, prompts, recipe.Losses);
        _grounding = new GroundingObjective(_network, recipe.Losses);
        _tracking = new TrackingObjective(_network, recipe.Losses);
        _dense = new DenseObjective(_network, recipe.Losses);
        _clicks = new ClickObjective(_network, recipe.Losses);
    }

    public ParameterReplica Replica { get; }

    /// <summary>Adds the gradient of clips to the replica's.</summary>
    /// <param name="first">Number of the first clip.</param>
    /// <returns>The losses by name.</returns>
    public IReadOnlyDictionary<string, double> Learn(long first)
    {
        // All clips of a batch show the language model as many frames.
        var samples = new List<ClipSample>();
        var choice = new SampleRandom(_recipe.Seed, ~(ulong)first);
        var isStill = choice.Chance(_recipe.Samples.Stills);
        for (var i = 0; i < _recipe.ClipsPerWorker; i++)
        {
            var random = new SampleRandom(_recipe.Seed, (ulong)(first + i));
            samples.Add(_sampler.Draw(_source.Clip(first + i), ref random, isStill));
        }

        using var scope = NewDisposeScope();
        var batch = new TrainingBatch(samples, _config.Tracker.ImageSize, _config.VisionImageSize, _recipe.Samples.TargetSize, Replica.Device);
        using var recording = enable_grad();
        var losses = new LossSum();
        var frames = FrameFeatures.Of(_network.Model.Sam2, batch.TrackerFrames);
        var vectors = _language.Add(losses, batch);
        _grounding.Add(losses, batch, frames, vectors);
        _tracking.Add(losses, batch, frames);
        _clicks.Add(losses, batch, frames);
        _dense.Add(losses, batch, frames);
        var total = losses.Total();
        if (total.requires_grad)    // else everything that these clips ask for is frozen
        {
            total.backward();
            Replica.Collect();
        }

        return losses.Read();
    }

    public void Dispose() => Replica.Dispose();
}
