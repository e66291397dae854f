using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Parameters;

namespace Sa2VA.Training.Runs;

/// <summary>Turns what a recipe says about parameters into a plan for those of one model.</summary>
internal static class RecipePlan
{
    // Random features of the prompt encoder's positions: part of a checkpoint, never trained.
    private const string PositionMatrix = "positional_encoding_gaussian_matrix";

    /// <exception cref="TrainingException">A name in the recipe means no parameter, or none is left to train.</exception>
    public static ParameterPlan Of(TrainingRecipe recipe, IReadOnlyCollection<WeightSpec> specs, ScalarType languageType)
    {
        foreach (var prefix in recipe.Frozen.Where(prefix => !specs.Any(spec => Begins(spec.Name, prefix))))
            throw new TrainingException($"frozen: no parameter of the model begins with '{prefix}'. Its parts are {string.Join(", ", Parts(specs))}.");
        foreach (var target in recipe.Lora?.Targets.Where(target => !specs.Any(spec => LowRankAdapter.IsTarget(spec, [target]))) ?? [])
            throw new TrainingException($"lora.targets: the language model has no linear layer '{target}'. It has {string.Join(", ", Layers(specs))}.");
        var plan = new ParameterPlan(
            name => name.EndsWith(PositionMatrix, StringComparison.Ordinal) || recipe.Frozen.Any(prefix => Begins(name, prefix)),
            recipe.Lora, name => TrainingNetwork.TypeOf(name, languageType));
        if (specs.All(spec => plan.IsFrozen(spec.Name) || Begins(spec.Name, TrainingNetwork.AuxiliaryScope)) && recipe.Lora is null)
            throw new TrainingException("frozen: nothing of the model is left to train. Take a part out of the list.");
        return plan;
    }

    private static bool Begins(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);

    // One word names a part, but for the tracker, whose parts are one scope further in.
    private static IEnumerable<string> Parts(IEnumerable<WeightSpec> specs) =>
        specs.Select(spec => string.Join('.', spec.Name.Split('.').Take(Begins(spec.Name, "grounding_encoder.") ? 3 : 1))).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Layers(IEnumerable<WeightSpec> specs) =>
        specs.Select(spec => spec.Name.Split('.')).Where(words => words.Length > 2 && words.Contains("layers", StringComparer.Ordinal)).Select(words => words[^2])
            .Distinct(StringComparer.Ordinal).Where(layer => specs.Any(spec => LowRankAdapter.IsTarget(spec, [layer])));
}
