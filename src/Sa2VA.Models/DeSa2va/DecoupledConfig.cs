using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.DeSa2va;

/// <summary>
/// DeSa2VA's head beside a Sa2VA. Neither weights nor code of it were published; the names in <c>config.json</c> and of the tensors are this
/// project's own (docs/models.md).
/// </summary>
public sealed record DecoupledConfig
{
    /// <summary>The object of <c>config.json</c> that asks for it.</summary>
    public const string Section = "desa2va";

    /// <summary>How the two masks become one (<c>fusion</c>). Default the mean; the paper does not say.</summary>
    public MaskFusion Fusion { get; init; } = MaskFusion.Mean;

    /// <summary>What a configuration asks for; null for a plain Sa2VA.</summary>
    internal static DecoupledConfig? Of(ConfigSection root) => !root.Has(Section) ? null : new DecoupledConfig
    {
        Fusion = root.Section(Section).RequireOneOf("fusion", "mean", "mean", "max") == "max" ? MaskFusion.Max : MaskFusion.Mean,
    };
}

/// <summary>How two masks of one object become one, logit by logit.</summary>
public enum MaskFusion
{
    /// <summary>What both see counts most.</summary>
    Mean,

    /// <summary>What one of them sees is enough.</summary>
    Max,
}
