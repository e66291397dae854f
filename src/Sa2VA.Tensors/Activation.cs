namespace Sa2VA.Tensors;

/// <summary>What may follow a linear layer in the same pass; the numbers are the bridge's.</summary>
public enum Activation
{
    None = 0,
    Relu = 1,

    /// <summary>The exact (erf) form.</summary>
    Gelu = 2,
    Silu = 3,
}

public static class Activations
{
    public static Tensor Apply(this Activation activation, Tensor input) => activation switch
    {
        Activation.None => input,
        Activation.Relu => input.relu(),
        Activation.Gelu => input.gelu(),
        Activation.Silu => input.silu(),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not an activation"),
    };
}

/// <summary>How <see cref="torch.nn.functional.interpolate"/> reads between samples.</summary>
public enum InterpolationMode
{
    Nearest,
    Bilinear,
    Bicubic,
}
