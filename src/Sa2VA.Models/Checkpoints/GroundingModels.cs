using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.UniPixel;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Loads whatever language model with a tracker a folder holds.</summary>
public static class GroundingModels
{
    private const int Sa2vaKeyFrames = 5;

    /// <summary>Frames that a folder's language model is shown unless a caller wants others: 16 for a UniPixel, else 5, also when the folder cannot be read.</summary>
    public static int DefaultKeyFrames(string folder)
    {
        try
        {
            using var config = ConfigFile.Read(Path.Combine(folder, ConfigFile.Name));
            return config is not null && ConfigFile.Text(config.RootElement, "model_type") == "pixel_qwen2_5_vl" ? new UniPixelConfig().SampledFrames : Sa2vaKeyFrames;
        }
        catch (ModelFolderException)
        {
            return Sa2vaKeyFrames;
        }
    }

    /// <summary>Loads a folder in the official layout: a Sa2VA of any kind, or a UniPixel.</summary>
    /// <exception cref="ModelFolderException">It is neither, or something in it is missing, damaged, surplus or misshaped; the message names it.</exception>
    public static IGroundingModel Load(string folder, Device device, LoadOptions? options = null)
    {
        ModelKind kind;
        using (var found = ModelFolder.Open(folder))
            kind = found.Kind;
        return kind switch
        {
            ModelKind.Sa2vaInternVl or ModelKind.Sa2vaQwenVl => Sa2vaModel.Load(folder, device, options),
            ModelKind.UniPixel => UniPixelModel.Load(folder, device, options),
            _ => throw new ModelFolderException($"'{folder}' is a plain SAM 2 checkpoint: it has no language model."),
        };
    }
}
