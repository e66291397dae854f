using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;

namespace Sa2VA.Cluster.Runs;

/// <summary>A loaded model folder as a run uses it: a Sa2VA or a UniPixel with its tracker, or a plain SAM 2, which answers no sentences.</summary>
internal sealed class RunModel : IDisposable
{
    private readonly IDisposable _weights;

    private RunModel(IDisposable weights, Sam2Model tracker, IGroundingModel? language, bool selfFeedback)
        => (_weights, Tracker, Language, SelfFeedback) = (weights, tracker, language, selfFeedback);

    /// <summary>The tracker.</summary>
    public Sam2Model Tracker { get; }

    /// <summary>The language model, or null for a plain SAM 2.</summary>
    public IGroundingModel? Language { get; }

    /// <inheritdoc cref="ModelVariant.SelfFeedback"/>
    public bool SelfFeedback { get; }

    /// <summary>A protocol as this model follows it.</summary>
    public IGroundingProtocol Follow(IGroundingProtocol protocol) => (Language as Sa2vaModel)?.Decoupled is { } head ? new DeSa2vaProtocol(protocol, head) : protocol;

    /// <summary>The language model of a conversation.</summary>
    /// <exception cref="RunException">The model holds none.</exception>
    public IConversingModel Conversing => Language as IConversingModel ?? throw new RunException(
        RunFailureKind.Model, "The model is a plain SAM 2: it tracks points, boxes and masks, but understands no sentences and says nothing. Give a Sa2VA or UniPixel folder.");

    /// <summary>How the tracker's frames are normalised: the language models' own ways differ in the last bits.</summary>
    public ImageNormalizer Normalizer => Language?.TrackerNormalizer ?? ImageNormalizer.Sam2;

    /// <summary>Loads a folder of either kind.</summary>
    /// <exception cref="Sa2VA.Models.ModelFolderException">It is neither, or something in it is missing or does not fit.</exception>
    public static RunModel Load(ModelChoice choice, string device)
    {
        var (folder, variant) = choice;
        var place = DeviceNamed(device);
        bool isSam2;
        using (var found = ModelFolder.Open(folder)) isSam2 = found.Kind == ModelKind.Sam2;
        if (isSam2)
        {
            if (variant != ModelVariant.Plain)
                throw new RunException(RunFailureKind.Settings, $"'{folder}' is a plain SAM 2: a second SAM 2, bytes for weights and self-feedback are for models with a language model.");
            var checkpoint = Sam2Checkpoint.Load(folder, place);
            return new RunModel(checkpoint, checkpoint.Model, language: null, selfFeedback: false);
        }

        var model = GroundingModels.Load(folder, place, new LoadOptions { Quantize = variant.Quantize, Sam2 = variant.Sam2 });
        return new RunModel(model, model.Sam2, model, variant.SelfFeedback);
    }

    public void Dispose() => _weights.Dispose();

    private static Device DeviceNamed(string name)
    {
        try
        {
            var device = Device.Parse(name);
            device.ThrowIfAbsent();
            return device;
        }
        catch (TensorException failure)
        {
            throw new RunException(RunFailureKind.Device, failure.Message, failure);
        }
    }
}
