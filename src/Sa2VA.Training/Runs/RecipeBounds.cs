using System.Globalization;

namespace Sa2VA.Training.Runs;

/// <summary>What the numbers of a recipe may be.</summary>
internal static class RecipeBounds
{
    private const double Unbounded = double.MaxValue;

    /// <summary>The first field that is out of bounds, in words; null when all are fine.</summary>
    public static string? Check(TrainingRecipe recipe)
    {
        var (optimizer, losses, samples) = (recipe.Optimizer, recipe.Losses, recipe.Samples);
        return First(
            AtLeast("steps", recipe.Steps, 1),
            AtLeast("clipsPerWorker", recipe.ClipsPerWorker, 1),
            Between("workers", recipe.Workers, 1, 256),
            Positive("learningRate", recipe.LearningRate),
            AtLeast("lastLearningRate", recipe.LastLearningRate, 0),
            AtLeast("warmUpSteps", recipe.WarmUpSteps, 0),
            AtLeast("checkpointEvery", recipe.CheckpointEvery, 1),
            Momentum("optimizer.beta1", optimizer.Beta1),
            Momentum("optimizer.beta2", optimizer.Beta2),
            Positive("optimizer.epsilon", optimizer.Epsilon),
            AtLeast("optimizer.weightDecay", optimizer.WeightDecay, 0),
            AtLeast("optimizer.clipNorm", optimizer.ClipNorm, 0),
            AtLeast("losses.text", losses.Text, 0),
            AtLeast("losses.mask", losses.Mask, 0),
            AtLeast("losses.dice", losses.Dice, 0),
            AtLeast("losses.iou", losses.Iou, 0),
            AtLeast("losses.objectScore", losses.ObjectScore, 0),
            AtLeast("losses.tracking", losses.Tracking, 0),
            AtLeast("losses.match", losses.Match, 0),
            AtLeast("losses.orthogonality", losses.Orthogonality, 0),
            AtLeast("losses.click", losses.Click, 0),
            AtLeast("losses.dense", losses.Dense, 0),
            Between("samples.keyFrames", samples.KeyFrames, 1, 128),
            Between("samples.trackedFrames", samples.TrackedFrames, 1, 128),
            AtLeast("samples.maxStride", samples.MaxStride, 1),
            AtLeast("samples.maxConditioningGap", samples.MaxConditioningGap, 1),
            AtLeast("samples.tracks", samples.Tracks, 1),
            AtLeast("samples.questions", samples.Questions, 1),
            AtLeast("samples.descriptions", samples.Descriptions, 0),
            AtLeast("samples.captions", samples.Captions, 0),
            AtLeast("samples.presences", samples.Presences, 0),
            AtLeast("samples.regions", samples.Regions, 0),
            Between("samples.stills", samples.Stills, 0, 1),
            AtLeast("samples.masksPerQuestion", samples.MasksPerQuestion, 0),
            Between("samples.slips", samples.Slips, 0, 1),
            Between("samples.targetSize", samples.TargetSize, 1, 4096),
            recipe.Frozen.Any(string.IsNullOrEmpty) ? "'frozen' holds an empty name, which would freeze everything." : null,
            recipe.Lora is { } lora ? First(Between("lora.rank", lora.Rank, 1, 4096), Positive("lora.alpha", lora.Alpha), AtLeast("the number of lora.targets", lora.Targets.Count, 1)) : null);
    }

    private static string? First(params ReadOnlySpan<string?> mistakes)
    {
        foreach (var mistake in mistakes)
        {
            if (mistake is not null)
                return mistake;
        }

        return null;
    }

    private static string? AtLeast(string field, double value, double least) => Between(field, value, least, Unbounded);

    private static string? Between(string field, double value, double least, double most) =>
        value >= least && value <= most ? null
        : most == Unbounded ? Wrong(field, value, string.Create(CultureInfo.InvariantCulture, $"at least {least}"))
        : Wrong(field, value, string.Create(CultureInfo.InvariantCulture, $"from {least} to {most}"));

    private static string? Positive(string field, double value) => value > 0 ? null : Wrong(field, value, "above 0");

    private static string? Momentum(string field, double value) => value is >= 0 and < 1 ? null : Wrong(field, value, "from 0 to below 1");

    private static string Wrong(string field, double value, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"'{field}' is {value}, it must be {expected}.");
}
