using Sa2VA.Tensors;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Runs;

/// <summary>A training run that is to be begun or gone on with.</summary>
public sealed record TrainingRequest
{
    /// <summary>What is learnt, and how.</summary>
    public required TrainingRecipe Recipe { get; init; }

    /// <summary>Folder of the model to start from: a checkpoint, or configuration alone to start from nothing.</summary>
    public required string Model { get; init; }

    /// <summary>Folder of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Gives the clips.</summary>
    public required IClipSource Source { get; init; }

    /// <summary>Where to compute. Default the CPU.</summary>
    public Device Device { get; init; } = Device.CPU;

    /// <summary>Updates after which this sitting ends, those of earlier sittings counted in; null for those of the recipe, whose schedule it does not change.</summary>
    public long? StopAfter { get; init; }

    /// <summary>Updates after which this sitting ends.</summary>
    public long End => StopAfter ?? Recipe.Steps;
}
