using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Objectives;

namespace Sa2VA.Training.Parameters;

/// <summary>The weights of a model, and fresh ones for what is trained beside it: layers of their own, adapters.</summary>
internal sealed class AuxiliaryWeights(WeightStore model, ulong seed) : WeightStore
{
    private readonly RandomStore _fresh = new(seed, model.Device);

    public override Device Device => model.Device;

    public override bool Has(string name) => Of(name).Has(name);

    public override bool Wants(string name, bool fallback) => Of(name).Wants(name, fallback);

    public override Tensor Get(string name, long[] shape, Init init, ScalarType? type) => Of(name).Get(name, shape, init, type);

    protected override void Dispose(bool disposing) => _fresh.Dispose();

    private WeightStore Of(string name) =>
        name.StartsWith(TrainingNetwork.AuxiliaryScope, StringComparison.Ordinal) || LowRankAdapter.IsFactor(name) ? _fresh : model;
}
