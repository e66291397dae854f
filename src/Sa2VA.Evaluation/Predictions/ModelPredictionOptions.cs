using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>Which model is run, how, and where its work is kept.</summary>
public sealed record ModelPredictionOptions
{
    /// <summary>Model folder in the official layout.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Folder for the work of all videos, each in a folder of its own; an evaluation that was stopped goes on from it.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Device by name. Default <c>cpu</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How the model is used other than as its folder says. Default as it says.</summary>
    public ModelVariant Variant { get; init; } = ModelVariant.Plain;

    /// <summary>How answers become tracks. Default <see cref="GroundingProtocol.Auto"/>.</summary>
    public GroundingProtocol Protocol { get; init; } = GroundingProtocol.Auto;

    /// <summary>Frames shown to the language model. Default 5, 1 to 64.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>When the language model is asked again; null, the default, for never.</summary>
    public RegroundOptions? Reground { get; init; }

    /// <summary>How presence is verified; null, the default, for not.</summary>
    public VerifyOptions? Verify { get; init; }

    /// <summary>Expressions of a video that are tracked together; each has a memory bank of its own, and more walk over the video again. Default 64, 1 to 256.</summary>
    public int ExpressionsAtOnce { get; init; } = 64;

    /// <summary>Give no predictions for a video that cannot be read, instead of failing. Default false.</summary>
    public bool SkipUnreadable { get; init; }
}
