using System.Text.Json;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests;

/// <summary>The smallest model with every part, and the smallest steps with every loss.</summary>
internal static class Tiny
{
    private static readonly ModelPreset Preset = ModelPreset.Named("tiny");

    // Sums over threads depend on their number, and a trainer with several workers sets it to one for the whole process.
    static Tiny() => torch.set_num_threads(1);

    public static Tokenizer Tokenizer { get; } = new(QwenTokens.ByteLevel(Preset.FirstAddedToken));

    public static Sa2vaConfig Config { get; } = ReadConfig();

    public static PromptTokens Prompts { get; } = new(Config, Tokenizer);

    /// <summary>One clip a step and every loss.</summary>
    public static TrainingRecipe Recipe { get; } = new()
    {
        Seed = 7,
        Steps = 4,
        ClipsPerWorker = 1,
        Workers = 1,
        LearningRate = 2e-3,
        WarmUpSteps = 2,
        CheckpointEvery = 100,
        Optimizer = new AdamWOptions { WeightDecay = 0.02 },
        Losses = new LossWeights { Mask = 5, Dice = 1, Iou = 0.2, ObjectScore = 0.2, Tracking = 1, Match = 0.5, Click = 0.5, Dense = 0.3 },
        Samples = new SampleOptions { KeyFrames = 1, TrackedFrames = 2, Tracks = 1, Questions = 2, Descriptions = 1, MasksPerQuestion = 1, TargetSize = 32 },
    };

    public static IClipSource Source { get; } = new RefShapesSource();

    /// <summary>A trainer that starts from nothing. It must be disposed before <paramref name="start"/>.</summary>
    public static Trainer Trainer(RandomStore start, TrainingRecipe? recipe = null, IClipSource? source = null) =>
        new(recipe ?? Recipe, Config, Prompts, source ?? Source, start);

    /// <summary>What the tiny model, and what is trained beside it, is made of.</summary>
    public static IReadOnlyCollection<WeightSpec> Specs()
    {
        using var catalogue = new CatalogueStore();
        _ = new TrainingNetwork(catalogue, Config, Source.ClassSizes);
        return [.. catalogue.Specs];
    }

    /// <summary>Writes a folder with random weights, which <c>Sa2vaModel.Load</c> takes.</summary>
    public static string WriteModel(string folder)
    {
        ModelInitializer.Write(Preset, folder, new InitOptions { Seed = 3 });
        return folder;
    }

    /// <summary>Writes a folder with nothing but <c>config.json</c>.</summary>
    public static string WriteConfig(string folder, int vocabulary)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Preset.Config(vocabulary)!.ToJsonString());
        return folder;
    }

    /// <summary>A trained parameter's part of a vector, as numbers.</summary>
    public static float[] Part(this Tensor vector, Placement place)
    {
        using var scope = torch.NewDisposeScope();
        return ParameterStore.View(vector, place).ToArray<float>();
    }

    private static Sa2vaConfig ReadConfig()
    {
        using var json = JsonDocument.Parse(Preset.Config(Tokenizer.Count)!.ToJsonString());
        return Sa2vaConfig.FromJson(json.RootElement);
    }
}
