using Sa2VA.Tensors;

namespace Sa2VA.Models.Weights;

/// <summary>
/// Tensors that follow from a model's parameters and a size alone (position maps, rotation tables): made once, kept, released
/// with the parameters. Safe to read from several threads.
/// </summary>
public sealed class ConstantTable<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Dictionary<TKey, Tensor> _tensors = [];

    /// <summary>The constant of a key, made on first use. The table owns it.</summary>
    public Tensor Get(TKey key, Func<TKey, Tensor> make)
    {
        lock (_tensors)
        {
            if (_tensors.TryGetValue(key, out var known))
                return known;
            using var scope = torch.NewDisposeScope();
            var tensor = make(key).contiguous().DetachFromDisposeScope();
            _tensors.Add(key, tensor);
            return tensor;
        }
    }

    public void Dispose()
    {
        lock (_tensors)
        {
            foreach (var tensor in _tensors.Values)
                tensor.Dispose();
            _tensors.Clear();
        }
    }
}
