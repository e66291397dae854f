using Sa2VA.Training.Data;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;

namespace Sa2VA.Training.Runs;

/// <summary>Everything that decides what a run learns. The same recipe on the same machine gives the same model.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Seed of the parameters and of the choices of samples.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Updates of the whole run.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>Clips that a worker reads at once.</summary>
    public int ClipsPerWorker { get; init; } = 4;

    /// <summary>Threads that each compute the gradient of clips of their own; the batch is workers times clips.</summary>
    public int Workers { get; init; } = 2;

    public double LearningRate { get; init; } = 1e-3;

    public double LastLearningRate { get; init; } = 1e-5;

    public long WarmUpSteps { get; init; } = 100;

    public AdamWOptions Optimizer { get; init; } = new();

    public LossWeights Losses { get; init; } = new();

    public SampleOptions Samples { get; init; } = new();

    /// <summary>Parameters whose names begin with one of these are not trained.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Adapters of the language model; without them its matrices are trained themselves, unless they are frozen.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>What the vision tower and the language model compute in; by default bfloat16 on a GPU and float32 on the CPU.</summary>
    public TrainingPrecision? Precision { get; init; }

    /// <summary>Updates between checkpoints.</summary>
    public long CheckpointEvery { get; init; } = 100;
}

/// <summary>Element types of activations. Trained values, their gradients and the losses are float32 either way, as is the tracker.</summary>
public enum TrainingPrecision
{
    Float32,
    Bfloat16,
}
