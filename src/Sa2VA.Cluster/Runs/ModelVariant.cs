using System.Text.Json.Serialization;
using Sa2VA.Models.Weights;

namespace Sa2VA.Cluster.Runs;

/// <summary>How a model is used other than as its folder says. All of it decides masks, and so what results are filed under.</summary>
public sealed record ModelVariant
{
    /// <summary>Nothing is changed.</summary>
    public static ModelVariant Plain { get; } = new();

    /// <summary>A plain SAM 2 checkpoint whose mask decoder tracks, while that of the folder only reads sentences: Sa2VA-i's recipe for plain Sa2VA weights. Default none.</summary>
    public string? Sam2 { get; init; }

    /// <summary>How the language model's matrices are held in memory. Default as stored.</summary>
    public Quantization Quantize { get; init; }

    /// <summary>Whether the mask of a sentence on a key frame is put back once as a dense prompt, and the refined one counts. Default no.</summary>
    public bool SelfFeedback { get; init; }
}

/// <summary>A model by its folder, and how it is used. In settings a folder alone, or an object.</summary>
/// <param name="Folder">Model folder in the official layout.</param>
/// <param name="Variant">What is changed.</param>
[JsonConverter(typeof(ModelChoiceJson))]
public sealed record ModelChoice(string Folder, ModelVariant Variant)
{
    /// <summary>The folder as it is.</summary>
    public static implicit operator ModelChoice(string folder) => FromString(folder);

    /// <summary>The folder as it is.</summary>
    public static ModelChoice FromString(string folder) => new(folder, ModelVariant.Plain);
}
