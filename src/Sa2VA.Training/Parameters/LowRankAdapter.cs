using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Parameters;

/// <summary>
/// A frozen matrix W [outputs, inputs] with a trained product beside it: modules compute with W + s·B·A and need not know. What the sum's
/// gradient G means for the factors follows from the chain rule: s·Bᵀ·G for A and s·G·Aᵀ for B.
/// </summary>
/// <param name="Matrix">W.</param>
/// <param name="Down">A [rank, inputs]; starts uniform.</param>
/// <param name="Up">B [outputs, rank]; starts at zero, so that training starts from W.</param>
/// <param name="Scale">s</param>
internal sealed record LowRankAdapter(WeightSpec Matrix, Placement Down, Placement Up, double Scale)
{
    private const string Weight = ".weight";
    private const string DownWeight = ".lora_A.weight";
    private const string UpWeight = ".lora_B.weight";

    /// <summary>What A and B of a matrix are.</summary>
    public static (WeightSpec Down, WeightSpec Up) Factors(WeightSpec matrix, int rank)
    {
        var module = matrix.Name[..^Weight.Length];
        return (new WeightSpec(module + DownWeight, [rank, matrix.Shape[1]], Init.FanIn), new WeightSpec(module + UpWeight, [matrix.Shape[0], rank], Init.Zeros));
    }

    /// <summary>Whether a name is that of a factor, which no checkpoint holds.</summary>
    public static bool IsFactor(string name) => name.EndsWith(DownWeight, StringComparison.Ordinal) || name.EndsWith(UpWeight, StringComparison.Ordinal);

    /// <summary>Whether a parameter is the matrix of one of the decoder's layers of these names.</summary>
    public static bool IsTarget(WeightSpec spec, IEnumerable<string> targets) =>
        spec.Shape.Length == 2 && spec.Name.StartsWith("language_model.", StringComparison.Ordinal) && targets.Any(target => spec.Name.EndsWith($".{target}{Weight}", StringComparison.Ordinal));

    /// <summary>W + s·B·A in float32.</summary>
    public Tensor Merge(Tensor matrix, Tensor down, Tensor up)
    {
        using var scope = NewDisposeScope();
        return up.matmul(down).mul_(Scale).add_(matrix).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the factors' gradients to <paramref name="downGradient"/> and <paramref name="upGradient"/>.</summary>
    /// <param name="gradient">[outputs, inputs] of the sum, in any floating type.</param>
    /// <param name="down">A</param>
    /// <param name="up">B</param>
    /// <param name="downGradient">Shaped as A.</param>
    /// <param name="upGradient">Shaped as B.</param>
    public void AddGradients(Tensor gradient, Tensor down, Tensor up, Tensor downGradient, Tensor upGradient)
    {
        using var scope = NewDisposeScope();
        var wide = gradient.to(float32);
        downGradient.add_(up.transpose(0, 1).matmul(wide).mul_(Scale));
        upGradient.add_(wide.matmul(down.transpose(0, 1)).mul_(Scale));
    }
}
