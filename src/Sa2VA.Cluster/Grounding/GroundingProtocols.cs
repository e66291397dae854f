using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Grounding;

/// <summary>The procedures behind the names that a request may ask for.</summary>
internal static class GroundingProtocols
{
    private static readonly Sa2vaProtocol Sa2va = new();
    private static readonly Sa2vaIProtocol Sa2vaI = new();

    /// <summary>The protocol that is meant: <see cref="GroundingProtocol.Auto"/> is never what results are filed under.</summary>
    public static GroundingProtocol Resolved(this GroundingProtocol protocol)
        => protocol == GroundingProtocol.Auto ? GroundingProtocol.Sa2vaI : protocol;

    /// <summary>What to do with a model: what was asked for, where it leaves a choice.</summary>
    public static IGroundingProtocol ProcedureFor(this GroundingProtocol protocol, IGroundingModel? model) => model?.OwnProtocol ?? protocol.Procedure();

    /// <summary>What to do.</summary>
    public static IGroundingProtocol Procedure(this GroundingProtocol protocol) => protocol switch
    {
        GroundingProtocol.Sa2va => Sa2va,
        GroundingProtocol.Sa2vaI or GroundingProtocol.Auto => Sa2vaI,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "not a protocol"),
    };
}
