using Sa2VA.Tensors;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Optimization;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101) over the vector of all trained parameters at once.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly AdamWOptions _options;
    private readonly Tensor _rates;
    private readonly Tensor _decays;

    /// <param name="parameters">What is updated.</param>
    /// <param name="options">Betas, epsilon and decay.</param>
    /// <param name="rateOf">Factor on the learning rate by name.</param>
    public AdamW(ParameterStore parameters, AdamWOptions options, Func<string, double> rateOf)
    {
        _options = options;
        Mean = zeros([parameters.Count], device: parameters.Device).DetachFromDisposeScope();
        Square = zeros([parameters.Count], device: parameters.Device).DetachFromDisposeScope();
        using var scope = NewDisposeScope();
        var rates = zeros([parameters.Count]);
        var decays = zeros([parameters.Count]);
        foreach (var place in parameters.Placements)
        {
            var rate = rateOf(place.Spec.Name);
            rates.narrow(0, place.Start, place.Spec.Count).fill_(rate);
            decays.narrow(0, place.Start, place.Spec.Count).fill_(Decays(place) ? rate * options.WeightDecay : 0);
        }

        _rates = rates.to(parameters.Device).DetachFromDisposeScope();
        _decays = decays.to(parameters.Device).DetachFromDisposeScope();
    }

    /// <summary>[Count] running mean of the gradients.</summary>
    public Tensor Mean { get; }

    /// <summary>[Count] running mean of their squares.</summary>
    public Tensor Square { get; }

    /// <summary>Updates the parameters.</summary>
    /// <param name="values">[Count] the parameters.</param>
    /// <param name="gradients">[Count]; scaled in place when their norm is over the limit.</param>
    /// <param name="step">Number of this update, from 1.</param>
    /// <param name="learningRate">Of this update.</param>
    /// <returns>Norm of the gradients before clipping.</returns>
    public double Step(Tensor values, Tensor gradients, long step, double learningRate)
    {
        using var scope = NewDisposeScope();
        var norm = gradients.square().sum().item<float>();
        norm = MathF.Sqrt(norm);
        if (!float.IsFinite(norm))
            return norm;
        if (_options.ClipNorm > 0 && norm > _options.ClipNorm)
            gradients.mul_(_options.ClipNorm / norm);

        var (first, second) = (_options.Beta1, _options.Beta2);
        Mean.mul_(first).add_(gradients * (1 - first));
        Square.mul_(second).addcmul_(gradients, gradients, 1 - second);
        var correction = Math.Sqrt(1 - Math.Pow(second, step));
        var update = Mean / (Square.sqrt().div_(correction).add_(_options.Epsilon)) * _rates;
        values.sub_(_decays * values * learningRate);
        values.sub_(update.mul_(learningRate / (1 - Math.Pow(first, step))));
        return norm;
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[Mean, Square, _rates, _decays])
            tensor.Dispose();
    }

    // Matrices and kernels; vectors (norms, biases, scales) and embeddings of single tokens keep their size.
    private static bool Decays(Placement place) => place.Spec.Shape.Count(size => size > 1) > 1 && !place.Spec.Name.Contains("embed", StringComparison.Ordinal);
}

/// <summary>Settings of <see cref="AdamW"/>.</summary>
public sealed record AdamWOptions
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Share of a matrix that a step at learning rate 1 would take away.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Longer gradients are shortened to this; 0 for no limit.</summary>
    public double ClipNorm { get; init; } = 1;
}
