using System.Runtime.InteropServices;

namespace Sa2VA.Tensors.Interop;

/// <summary>The C interface of <c>native/bridge.h</c>.</summary>
internal static unsafe partial class Native
{
    internal const string Library = "sa2va_tensors";

    [LibraryImport(Library)] public static partial byte* sv_last_error();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sv_op_find(string name, string overload, out nint op);

    [LibraryImport(Library)]
    public static partial int sv_op_call(nint op, NativeValue* args, int count, int gradient, NativeValue* results, int capacity, out int resultCount);

    [LibraryImport(Library)]
    public static partial int sv_tensor_from_host(void* data, long bytes, long* shape, int dims, int dtype, out nint tensor);

    [LibraryImport(Library)]
    public static partial int sv_tensor_from_memory(void* data, long* shape, int dims, int dtype, delegate* unmanaged<nint, void> release, nint context, out nint tensor);

    [LibraryImport(Library)] public static partial void sv_tensor_release(nint tensor);

    [LibraryImport(Library), SuppressGCTransition] public static partial long sv_tensor_live();

    [LibraryImport(Library), SuppressGCTransition] public static partial int sv_tensor_dims(nint tensor);

    [LibraryImport(Library), SuppressGCTransition] public static partial void sv_tensor_shape(nint tensor, long* shape, long* strides);

    [LibraryImport(Library), SuppressGCTransition] public static partial int sv_tensor_dtype(nint tensor);

    [LibraryImport(Library), SuppressGCTransition] public static partial void sv_tensor_device(nint tensor, out int type, out int index);

    [LibraryImport(Library), SuppressGCTransition] public static partial int sv_tensor_is_contiguous(nint tensor);

    [LibraryImport(Library)] public static partial int sv_tensor_data(nint tensor, out nint data);

    [LibraryImport(Library)] public static partial int sv_tensor_set_requires_grad(nint tensor, int value);

    [LibraryImport(Library)] public static partial int sv_tensor_requires_grad(nint tensor);

    [LibraryImport(Library)] public static partial int sv_tensor_backward(nint tensor, nint gradient);

    [LibraryImport(Library)] public static partial int sv_tensor_grad(nint tensor, out nint gradient);

    [LibraryImport(Library)] public static partial int sv_tensor_set_grad(nint tensor, nint gradient);

    [LibraryImport(Library)] public static partial int sv_set_threads(int threads);

    [LibraryImport(Library)] public static partial int sv_get_threads();

    [LibraryImport(Library)] public static partial int sv_manual_seed(ulong seed);

    [LibraryImport(Library)] public static partial int sv_cuda_device_count();

    [LibraryImport(Library)] public static partial int sv_cuda_synchronize(int index);

    [LibraryImport(Library)] public static partial byte* sv_torch_version();

    [LibraryImport(Library)] public static partial nint sv_kernels_name();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int sv_kernels_select(string name);

    [LibraryImport(Library)] public static partial int sv_linear(nint input, nint weight, nint bias, int activation, out nint output);

    [LibraryImport(Library)]
    public static partial int sv_attention(nint query, nint key, nint value, nint mask, double scale, int causal, out nint output);

    [LibraryImport(Library)] public static partial int sv_int8_rows(nint matrix, out nint values, out nint scales);

    [LibraryImport(Library)]
    public static partial int sv_linear_int8(nint input, nint values, nint scales, nint bias, int activation, out nint output);

    /// <summary>Turns a failed call into a <see cref="TensorException"/> with libtorch's message.</summary>
    public static void Check(int status)
    {
        if (status != 0)
            throw new TensorException(Marshal.PtrToStringUTF8((nint)sv_last_error()) ?? "unknown error of libtorch");
    }
}
