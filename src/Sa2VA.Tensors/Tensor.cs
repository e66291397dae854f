using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>
/// A reference to a libtorch tensor. The names of its members are TorchSharp's.
/// It is released by the <see cref="DisposeScope"/> it was created in, or by <see cref="Dispose"/>; never by the garbage collector.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    private nint _handle;
    private long[]? _shape;

    internal Tensor(nint handle)
    {
        _handle = handle;
        Scope = DisposeScope.Current;
        Scope?.Add(this);
    }

    /// <summary>Tensor handles alive in the process; a long run must not let it grow.</summary>
    public static long LiveCount => Native.sv_tensor_live();

    internal DisposeScope? Scope { get; private set; }

    internal nint Handle => _handle != 0
        ? _handle
        : throw new ObjectDisposedException(nameof(Tensor), "This tensor was released, probably with the scope that it was created in; move it out with MoveToOuterDisposeScope().");

    public bool IsDisposed => _handle == 0;

    /// <summary>Sizes of the dimensions, outermost first. The array is shared: do not write to it.</summary>
    public long[] shape => _shape ??= ReadShape(strides: false);

    public unsafe ScalarType dtype => (ScalarType)Native.sv_tensor_dtype(Handle);

    public Device device
    {
        get
        {
            Native.sv_tensor_device(Handle, out var type, out var index);
            return new Device((DeviceType)type, index);
        }
    }

    public int dim() => shape.Length;

    public int ndim => shape.Length;

    public long size(int dimension) => shape[dimension < 0 ? dimension + shape.Length : dimension];

    public long numel()
    {
        var count = 1L;
        foreach (var length in shape)
            count *= length;
        return count;
    }

    /// <summary>Steps between neighbours of each dimension, in elements.</summary>
    public long[] stride() => ReadShape(strides: true);

    public bool is_contiguous() => Native.sv_tensor_is_contiguous(Handle) != 0;

    /// <summary>Hands the tensor to the scope around the current one (to nobody, when there is none) and returns it.</summary>
    public Tensor MoveToOuterDisposeScope()
    {
        if (Scope is { } scope)
        {
            Scope = scope.Outer;
            Scope?.Add(this);
        }

        return this;
    }

    /// <summary>Takes the tensor out of every scope: whoever holds it disposes it. For what outlives a frame or crosses a queue.</summary>
    public Tensor DetachFromDisposeScope()
    {
        Scope = null;
        return this;
    }

    /// <summary>Gives a tensor that nobody owns to the current scope.</summary>
    public Tensor AttachToDisposeScope()
    {
        Scope = DisposeScope.Current;
        Scope?.Add(this);
        return this;
    }

    /// <summary>Another handle of the same tensor, owned by the current scope.</summary>
    public Tensor alias() => Dispatcher.Call("aten::alias", "", this);

    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle == 0)
            return;
        Scope = null;
        Native.sv_tensor_release(handle);
    }

    public override string ToString() => IsDisposed ? "released tensor" : $"{dtype} [{string.Join(", ", shape)}] on {device}";

    private unsafe long[] ReadShape(bool strides)
    {
        var count = Native.sv_tensor_dims(Handle);
        var sizes = new long[count];
        var steps = new long[count];
        fixed (long* s = sizes, t = steps)
            Native.sv_tensor_shape(Handle, s, t);
        return strides ? steps : sizes;
    }
}
