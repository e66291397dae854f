namespace Sa2VA.Tensors;

// Views, shapes and indexing. Nothing here copies unless its name says so (contiguous, repeat, index_select, gather, flip, roll).
public sealed partial class Tensor
{
    public Tensor view(params long[] shape) => Dispatcher.Call("aten::view", "", this, shape);

    public Tensor reshape(params long[] shape) => Dispatcher.Call("aten::reshape", "", this, shape);

    public Tensor permute(params long[] dims) => Dispatcher.Call("aten::permute", "", this, dims);

    public Tensor transpose(long dim0, long dim1) => Dispatcher.Call("aten::transpose", "int", this, dim0, dim1);

    public Tensor t() => Dispatcher.Call("aten::t", "", this);

    public Tensor unsqueeze(long dim) => Dispatcher.Call("aten::unsqueeze", "", this, dim);

    public Tensor squeeze(long dim) => Dispatcher.Call("aten::squeeze", "dim", this, dim);

    public Tensor squeeze() => Dispatcher.Call("aten::squeeze", "", this);

    public Tensor flatten(long start_dim = 0, long end_dim = -1) => Dispatcher.Call("aten::flatten", "using_ints", this, start_dim, end_dim);

    public Tensor unflatten(long dim, params long[] sizes)
    {
        var at = (int)(dim < 0 ? dim + shape.Length : dim);
        return view([.. shape[..at], .. sizes, .. shape[(at + 1)..]]);
    }

    public Tensor expand(params long[] shape) => Dispatcher.Call("aten::expand", "", this, shape);

    public Tensor expand_as(Tensor other) => expand(other.shape);

    public Tensor repeat(params long[] repeats) => Dispatcher.Call("aten::repeat", "", this, repeats);

    public Tensor repeat_interleave(long repeats, long? dim = null) => Dispatcher.Call("aten::repeat_interleave", "self_int", this, repeats, dim);

    public Tensor narrow(long dim, long start, long length) => Dispatcher.Call("aten::narrow", "", this, dim, start, length);

    public Tensor slice(long dim, long? start = null, long? end = null, long step = 1) => Dispatcher.Call("aten::slice", "Tensor", this, dim, start, end, step);

    public Tensor select(long dim, long index) => Dispatcher.Call("aten::select", "int", this, dim, index);

    public Tensor index_select(long dim, Tensor index) => Dispatcher.Call("aten::index_select", "", this, dim, index);

    public Tensor index_copy(long dim, Tensor index, Tensor source) => Dispatcher.Call("aten::index_copy", "", this, dim, index, source);

    public Tensor gather(long dim, Tensor index) => Dispatcher.Call("aten::gather", "", this, dim, index);

    public Tensor flip(params long[] dims) => Dispatcher.Call("aten::flip", "", this, dims);

    public Tensor roll(long[] shifts, long[] dims) => Dispatcher.Call("aten::roll", "", this, shifts, dims);

    public Tensor[] chunk(long chunks, long dim = 0) => Dispatcher.CallMany("aten::chunk", "", this, chunks, dim);

    public Tensor[] split(long size, long dim = 0) => Dispatcher.CallMany("aten::split", "Tensor", this, size, dim);

    public Tensor[] split(long[] sizes, long dim = 0) => Dispatcher.CallMany("aten::split_with_sizes", "", this, sizes, dim);

    public Tensor[] unbind(long dim = 0) => Dispatcher.CallMany("aten::unbind", "int", this, dim);

    /// <summary>Advanced indexing with index tensors; null keeps a dimension whole.</summary>
    public Tensor index(params Tensor?[] indices) => Dispatcher.Call("aten::index", "Tensor", this, Argument.Indices(indices));

    /// <summary>Writes <paramref name="values"/> at the places that the index tensors name.</summary>
    public Tensor index_put_(Tensor?[] indices, Tensor values)
    {
        Dispatcher.Run("aten::index_put_", "", this, Argument.Indices(indices), values);
        return this;
    }

    public Tensor masked_fill(Tensor mask, Scalar value) => Dispatcher.Call("aten::masked_fill", "Scalar", this, mask, value);

    public Tensor masked_select(Tensor mask) => Dispatcher.Call("aten::masked_select", "", this, mask);

    public Tensor tril(long diagonal = 0) => Dispatcher.Call("aten::tril", "", this, diagonal);

    public Tensor triu(long diagonal = 0) => Dispatcher.Call("aten::triu", "", this, diagonal);

    /// <summary>The <paramref name="index"/>-th entry of the first dimension.</summary>
    public Tensor this[long index] => select(0, index);

    /// <summary>Basic indexing, a view: integers drop a dimension, slices keep it.</summary>
    public Tensor this[params TensorIndex[] indices] => TensorIndex.Apply(this, indices);
}
