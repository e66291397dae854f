using System.Runtime.InteropServices;
using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>Creation of tensors and the settings of the process; the names are TorchSharp's.</summary>
public static unsafe partial class torch
{
    public const ScalarType float16 = ScalarType.Float16;
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType @bool = ScalarType.Bool;

    public static Device CPU => Device.CPU;

    public static Device CUDA => new(DeviceType.CUDA, 0);

    /// <summary>Version of the libtorch that was loaded.</summary>
    public static string version { get; } = Marshal.PtrToStringUTF8((nint)Native.sv_torch_version()) ?? "?";

    public static DisposeScope NewDisposeScope() => new();

    /// <summary>A tensor with a copy of <paramref name="data"/>, row-major.</summary>
    public static Tensor tensor<T>(ReadOnlySpan<T> data, long[] shape, Device? device = null)
        where T : unmanaged
    {
        nint handle;
        fixed (T* pointer = data)
        fixed (long* sizes = shape)
        {
            Native.Check(Native.sv_tensor_from_host(pointer, (long)data.Length * sizeof(T), sizes, shape.Length, (int)ScalarTypes.Of<T>(), out handle));
        }

        return OnDevice(new Tensor(handle), device);
    }

    public static Tensor tensor<T>(T[] data, long[] shape, Device? device = null)
        where T : unmanaged => tensor<T>(data.AsSpan(), shape, device);

    /// <summary>A tensor of one dimension.</summary>
    public static Tensor tensor<T>(T[] data, Device? device = null)
        where T : unmanaged => tensor<T>(data.AsSpan(), [data.Length], device);

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor<T>(T value, Device? device = null)
        where T : unmanaged => tensor(new ReadOnlySpan<T>(in value), [], device);

    /// <summary>A tensor with a copy of raw bytes in the layout of <paramref name="dtype"/>.</summary>
    public static Tensor from_bytes(ReadOnlySpan<byte> data, ScalarType dtype, long[] shape, Device? device = null)
    {
        nint handle;
        fixed (byte* pointer = data)
        fixed (long* sizes = shape)
        {
            Native.Check(Native.sv_tensor_from_host(pointer, data.Length, sizes, shape.Length, (int)dtype, out handle));
        }

        return OnDevice(new Tensor(handle), device);
    }

    /// <summary>A tensor over memory that somebody else owns, without a copy: <paramref name="owner"/> is kept alive until libtorch lets go of it.</summary>
    /// <param name="memory">Address of the first element, aligned to the element size.</param>
    /// <param name="owner">What keeps the memory valid, for example a file mapping.</param>
    public static Tensor from_blob(nint memory, ScalarType dtype, long[] shape, object owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var keeper = GCHandle.Alloc(owner);
        nint handle;
        int status;
        fixed (long* sizes = shape)
        {
            status = Native.sv_tensor_from_memory((void*)memory, sizes, shape.Length, (int)dtype, &Release, GCHandle.ToIntPtr(keeper), out handle);
        }

        if (status != 0)
            keeper.Free();
        Native.Check(status);
        return new Tensor(handle);
    }

    public static Tensor zeros(long[] shape, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::zeros", "", shape, dtype, Argument.None, device ?? CPU);

    public static Tensor ones(long[] shape, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::ones", "", shape, dtype, Argument.None, device ?? CPU);

    public static Tensor full(long[] shape, Scalar value, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::full", "", shape, value, dtype, Argument.None, device ?? CPU);

    public static Tensor empty(long[] shape, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::empty", "memory_format", shape, dtype, Argument.None, device ?? CPU);

    public static Tensor zeros_like(Tensor other) => Dispatcher.Call("aten::zeros_like", "", other);

    public static Tensor ones_like(Tensor other) => Dispatcher.Call("aten::ones_like", "", other);

    public static Tensor eye(long size, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::eye", "", size, dtype, Argument.None, device ?? CPU);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::arange", "start_step", start, stop, step, dtype, Argument.None, device ?? CPU);

    public static Tensor arange(Scalar stop, ScalarType dtype = float32, Device? device = null) => arange(0, stop, 1, dtype, device);

    public static Tensor linspace(Scalar start, Scalar stop, long steps, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::linspace", "", start, stop, steps, dtype, Argument.None, device ?? CPU);

    public static Tensor rand(long[] shape, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::rand", "", shape, dtype, Argument.None, device ?? CPU);

    public static Tensor randn(long[] shape, ScalarType dtype = float32, Device? device = null) =>
        Dispatcher.Call("aten::randn", "", shape, dtype, Argument.None, device ?? CPU);

    public static Tensor randint(long low, long high, long[] shape, ScalarType dtype = int64, Device? device = null) =>
        Dispatcher.Call("aten::randint", "low", low, high, shape, dtype, Argument.None, device ?? CPU);

    public static Tensor cat(Tensor[] tensors, long dim = 0) => Dispatcher.Call("aten::cat", "", tensors, dim);

    public static Tensor stack(Tensor[] tensors, long dim = 0) => Dispatcher.Call("aten::stack", "", tensors, dim);

    public static Tensor where(Tensor condition, Tensor yes, Tensor no) => Dispatcher.Call("aten::where", "self", condition, yes, no);

    public static Tensor outer(Tensor left, Tensor right) => Dispatcher.Call("aten::outer", "", left, right);

    public static Tensor matmul(Tensor left, Tensor right) => left.matmul(right);

    public static Tensor einsum(string equation, params Tensor[] operands) => Dispatcher.Call("aten::einsum", "", equation, operands);

    /// <summary>Grids of the coordinates, <c>ij</c> order: the first result varies along the first dimension.</summary>
    public static Tensor[] meshgrid(params Tensor[] axes) => Dispatcher.CallMany("aten::meshgrid", "indexing", axes, "ij");

    public static bool allclose(Tensor left, Tensor right, double rtol = 1e-5, double atol = 1e-8)
    {
        using var scope = NewDisposeScope();
        return (left - right).abs().le(right.abs() * rtol + atol).all().item<bool>();
    }

    /// <summary>Seeds the random generators of every device.</summary>
    public static void manual_seed(ulong seed) => Native.Check(Native.sv_manual_seed(seed));

    /// <summary>Threads that one operator may use on the CPU; all cores unless set. Applies to every thread that calls operators.</summary>
    public static void set_num_threads(int threads) => Native.Check(Native.sv_set_threads(threads));

    public static int get_num_threads() => Native.sv_get_threads();

    private static Tensor OnDevice(Tensor tensor, Device? device)
    {
        if (device is not { Type: not DeviceType.CPU } target)
            return tensor;
        using (tensor)
            return tensor.to(target);
    }

    [UnmanagedCallersOnly]
    private static void Release(nint context) => GCHandle.FromIntPtr(context).Free();

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => Native.sv_cuda_device_count();

        /// <summary>Waits until the device's current stream has finished: for timing.</summary>
        public static void synchronize(int index = 0) => Native.Check(Native.sv_cuda_synchronize(index));
    }
}
