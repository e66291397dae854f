using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Training.Objectives;

/// <summary>A model and the layers that are trained beside it and thrown away afterwards.</summary>
public sealed class TrainingNetwork
{
    /// <summary>Scope of what is not part of the model.</summary>
    public const string AuxiliaryScope = "auxiliary";

    private static readonly string[] Wide = ["grounding_encoder", AuxiliaryScope, DecoupledConfig.Section];

    private const int TrackerLevels = 2;

    /// <param name="store">Gives the parameters.</param>
    /// <param name="config">Architecture.</param>
    /// <param name="classSizes">Kinds of dense labels; empty for none.</param>
    /// <param name="languageType">Element type of the vision tower and the language model, as for <see cref="LoadOptions.LanguageType"/>.</param>
    public TrainingNetwork(WeightStore store, Sa2vaConfig config, IReadOnlyList<int> classSizes, ScalarType languageType = ScalarType.Float32)
    {
        LanguageType = languageType;
        var wide = new WeightScope(store);
        Model = new Sa2vaNetwork(wide.As(languageType), wide, config);
        var scope = wide[AuxiliaryScope];
        TrackerHeads = [.. Enumerable.Range(0, TrackerLevels).Select(level => Heads(scope["tracker"][level], config.Tracker.HiddenDim, classSizes))];
        VisionHeads = Heads(scope["vision"], config.Vision.HiddenSize, classSizes);
        TokenHeads = Heads(scope["tokens"], config.Language.HiddenSize, classSizes);
        PromptHeads = Heads(scope["prompt"], config.Tracker.HiddenDim, classSizes);
    }

    public Sa2vaNetwork Model { get; }

    /// <summary>Element type of the vision tower and the language model; the tracker and the losses are float32.</summary>
    public ScalarType LanguageType { get; }

    /// <summary>[level][kind] classifiers over the stride-8 and stride-16 maps.</summary>
    public IReadOnlyList<IReadOnlyList<Linear>> TrackerHeads { get; }

    /// <summary>[kind] classifiers over the vision tower's patches.</summary>
    public IReadOnlyList<Linear> VisionHeads { get; }

    /// <summary>[kind] classifiers over the tokens that the language model is given of frames.</summary>
    public IReadOnlyList<Linear> TokenHeads { get; }

    /// <summary>[kind] classifiers over prompt vectors.</summary>
    public IReadOnlyList<Linear> PromptHeads { get; }

    /// <summary>The element type that a parameter is computed with.</summary>
    public static ScalarType TypeOf(string name, ScalarType languageType) =>
        Array.Exists(Wide, scope => name.StartsWith(scope, StringComparison.Ordinal)) ? ScalarType.Float32 : languageType;

    // Class 0 is the ground.
    private static IReadOnlyList<Linear> Heads(WeightScope w, int width, IReadOnlyList<int> classSizes) =>
        [.. classSizes.Select((classes, kind) => new Linear(w[kind], width, classes + 1))];
}
