using System.Diagnostics;
using System.Text.Json;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Runs;

/// <summary>
/// A training run in a folder: <c>model/</c> is a checkpoint that can be used at any time, <c>state.safetensors</c> what the run goes
/// on from, <c>losses.csv</c> its course. Run again with the same folder, it goes on.
/// </summary>
public static class TrainingRun
{
    private const int TokenizerClips = 400;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="TrainingException">It is missing or not a recipe.</exception>
    public static TrainingRecipe ReadRecipe(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingRecipe>(File.ReadAllText(path), Json) ?? throw new TrainingException($"'{path}' is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new TrainingException($"The recipe '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Trains until the recipe's last update or until cancelled, which makes a checkpoint first.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="model">Folder of the model to start from: with weights, or configuration alone to start from nothing.</param>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="source">Gives the clips.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="progress">Sees every update.</param>
    /// <param name="cancellationToken">Counts between updates.</param>
    public static void Execute(
        TrainingRecipe recipe, string model, string folder, IClipSource source, Device device, Action<StepReport>? progress = null, CancellationToken cancellationToken = default)
    {
        var output = Directory.CreateDirectory(Path.Combine(folder, "model")).FullName;
        var tokenizer = PrepareFolder(model, output, source);
        var config = Sa2vaConfig.Load(output);
        var hasWeights = Directory.EnumerateFiles(model, "*.safetensors").Any();
        using WeightStore start = hasWeights ? CheckpointStore.Open(model, device) : new RandomStore(recipe.Seed, device);
        using var trainer = new Trainer(recipe, config with { HasModifiedDecoder = !hasWeights }, new PromptTokens(config, tokenizer), source, start);
        trainer.StepsDone = TrainingState.Load(folder, trainer.Parameters, trainer.Optimizer);
        using var log = new LossLog(folder, trainer.StepsDone);
        while (trainer.StepsDone < recipe.Steps)
        {
            var began = Stopwatch.GetTimestamp();
            var report = trainer.Step();
            log.Write(report, Stopwatch.GetElapsedTime(began).TotalSeconds);
            progress?.Invoke(report);
            if (!double.IsFinite(report.GradientNorm))
                throw new TrainingException($"The gradient of update {report.Step} is not finite; the last checkpoint in '{folder}' is from before. Lower the learning rate.");
            var last = trainer.StepsDone == recipe.Steps || cancellationToken.IsCancellationRequested;
            if (!last && trainer.StepsDone % recipe.CheckpointEvery != 0)
                continue;
            TrainingState.Save(folder, trainer.Parameters, trainer.Optimizer, trainer.StepsDone);
            ModelExport.Write(trainer.Parameters, output);
            if (cancellationToken.IsCancellationRequested)
                return;
        }
    }

    // A new model's words are learnt from what it will read; its configuration gets as many rows as there are tokens.
    private static Tokenizer PrepareFolder(string model, string output, IClipSource source)
    {
        if (!File.Exists(Path.Combine(output, "config.json")))
        {
            foreach (var file in Directory.EnumerateFiles(model).Where(file => Path.GetExtension(file) is ".json" or ".txt"))
                File.Copy(file, Path.Combine(output, Path.GetFileName(file)), overwrite: true);
        }

        return Tokenizer.Load(output);
    }
}
