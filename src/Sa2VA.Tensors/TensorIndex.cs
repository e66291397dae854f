namespace Sa2VA.Tensors;

/// <summary>One position of basic indexing: an integer, a slice, a new axis or the ellipsis.</summary>
public readonly struct TensorIndex
{
    private readonly Kind _kind;
    private readonly long? _start;
    private readonly long? _stop;
    private readonly long _step;

    private TensorIndex(Kind kind, long? start = null, long? stop = null, long step = 1)
    {
        _kind = kind;
        _start = start;
        _stop = stop;
        _step = step;
    }

    private enum Kind
    {
        Slice,
        Single,
        NewAxis,
        Ellipsis,
    }

    /// <summary>Every dimension that no other index names.</summary>
    public static TensorIndex Ellipsis => new(Kind.Ellipsis);

    /// <summary>A whole dimension.</summary>
    public static TensorIndex Colon => new(Kind.Slice);

    /// <summary>A new dimension of size 1.</summary>
    public static TensorIndex Null => new(Kind.NewAxis);

    public static TensorIndex Single(long index) => new(Kind.Single, index);

    /// <summary>From <paramref name="start"/> up to, not including, <paramref name="stop"/>; negative values count from the end.</summary>
    public static TensorIndex Slice(long? start = null, long? stop = null, long step = 1) => new(Kind.Slice, start, stop, step);

    public static implicit operator TensorIndex(long index) => Single(index);

    public static implicit operator TensorIndex(int index) => Single(index);

    internal static Tensor Apply(Tensor tensor, TensorIndex[] indices)
    {
        var named = 0;
        foreach (var index in indices)
            named += index._kind is Kind.Slice or Kind.Single ? 1 : 0;
        if (named > tensor.dim())
            throw new TensorException($"{named} indices were given for {tensor}.");

        using var scope = torch.NewDisposeScope();
        var result = tensor.alias();
        var dim = 0;
        foreach (var index in indices)
        {
            switch (index._kind)
            {
                case Kind.Single:
                    result = result.select(dim, index._start!.Value);
                    break;
                case Kind.Slice:
                    if (index._start is not null || index._stop is not null || index._step != 1)
                        result = result.slice(dim, index._start, index._stop, index._step);
                    dim++;
                    break;
                case Kind.NewAxis:
                    result = result.unsqueeze(dim++);
                    break;
                case Kind.Ellipsis:
                    dim += tensor.dim() - named;
                    break;
            }
        }

        return result.MoveToOuterDisposeScope();
    }
}
