using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

// Reading and moving data.
public sealed partial class Tensor
{
    /// <summary>The elements in place, without a copy: a contiguous tensor on the CPU. Valid while the tensor is alive.</summary>
    /// <typeparam name="T">The CLR type of the elements; <see cref="ushort"/> reads the raw bits of bfloat16.</typeparam>
    /// <exception cref="TensorException">Another element type, another device, or a strided view.</exception>
    public Span<T> data<T>()
        where T : unmanaged
    {
        var wanted = ScalarTypes.Of<T>();
        if (dtype != wanted)
            throw new TensorException($"The tensor holds {dtype}, it cannot be read as {typeof(T).Name} ({wanted}); convert it with to(ScalarType.{wanted}).");
        return Memory<T>();
    }

    /// <summary>The raw bytes in place: a contiguous tensor on the CPU of any element type.</summary>
    public Span<byte> bytes => Memory<byte>();

    /// <summary>The single element of a tensor of one element, wherever it lives.</summary>
    public T item<T>()
        where T : unmanaged
    {
        if (numel() != 1)
            throw new TensorException($"item() needs a tensor of one element, this one is {this}.");
        using var scope = torch.NewDisposeScope();
        return to(ScalarTypes.Of<T>()).cpu().data<T>()[0];
    }

    /// <summary>A copy of all elements in row-major order, converted when the type differs.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        using var scope = torch.NewDisposeScope();
        return to(ScalarTypes.Of<T>()).cpu().contiguous().data<T>().ToArray();
    }

    public Tensor to(ScalarType type) => Dispatcher.Call("aten::to", "dtype", this, type);

    public Tensor to(Device target) => Dispatcher.Call("aten::to", "device", this, target, dtype);

    public Tensor to(ScalarType type, Device target) => Dispatcher.Call("aten::to", "device", this, target, type);

    public Tensor cpu() => to(Device.CPU);

    public Tensor cuda(int index = 0) => to(new Device(DeviceType.CUDA, index));

    public Tensor contiguous() => Dispatcher.Call("aten::contiguous", "", this);

    public Tensor clone() => Dispatcher.Call("aten::clone", "", this);

    public Tensor copy_(Tensor source)
    {
        Dispatcher.Run("aten::copy_", "", this, source);
        return this;
    }

    private unsafe Span<T> Memory<T>()
        where T : unmanaged
    {
        if (!is_contiguous())
            throw new TensorException($"A strided view ({this}) cannot be read in place; call contiguous() first.");
        Native.Check(Native.sv_tensor_data(Handle, out var pointer));
        return new Span<T>((void*)pointer, checked((int)(numel() * dtype.ElementSize() / sizeof(T))));
    }
}
