namespace Sa2VA.Models.Weights;

/// <summary>How a parameter starts when no checkpoint holds it (a random model, a training run from scratch).</summary>
public readonly record struct Init
{
    private Init(InitKind kind, double value = 0) => (Kind, Value) = (kind, value);

    public static Init Zeros => new(InitKind.Constant, 0);

    public static Init Ones => new(InitKind.Constant, 1);

    /// <summary>Uniform within ±1/√(inputs), the inputs being everything but the first dimension: torch's default for linear and convolution weights.</summary>
    public static Init FanIn => new(InitKind.FanIn);

    public InitKind Kind { get; }

    /// <summary>The constant, or the standard deviation.</summary>
    public double Value { get; }

    public static Init Constant(double value) => new(InitKind.Constant, value);

    public static Init Normal(double standardDeviation) => new(InitKind.Normal, standardDeviation);

    /// <summary>Normal, cut off at two standard deviations.</summary>
    public static Init TruncatedNormal(double standardDeviation = 0.02) => new(InitKind.TruncatedNormal, standardDeviation);
}

public enum InitKind
{
    Constant,
    Normal,
    TruncatedNormal,
    FanIn,
}
