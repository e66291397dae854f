using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>
/// Calls any operator of libtorch by its schema name, boxed. Missing trailing arguments take the schema's defaults.
/// The typed wrappers (<see cref="Tensor"/>, <see cref="torch"/>) all come through here.
/// </summary>
public static unsafe class Dispatcher
{
    private const int MaxResults = 8;
    private const int ScratchBytes = 1024;

    private static readonly ConcurrentDictionary<(string Name, string Overload), nint> Operators = new();

    /// <summary>Whether this libtorch has the operator; old ones lack some.</summary>
    public static bool Has(string name, string overload = "") => TryFind(name, overload, out _);

    /// <summary>Calls an operator that returns one tensor.</summary>
    /// <param name="name">Schema name, for example <c>aten::add</c>.</param>
    /// <param name="overload">Overload name, for example <c>Tensor</c>; empty for the plain one.</param>
    /// <param name="arguments">Arguments in schema order.</param>
    /// <exception cref="TensorException">The operator is unknown or refused its arguments.</exception>
    public static Tensor Call(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, overload, arguments, results);
        if (count != 1 || results[0].Tag != NativeTag.Tensor)
            throw new TensorException($"{name} returned {count} value(s), a single tensor was expected; call CallMany.");
        return new Tensor(results[0].Pointer);
    }

    /// <summary>Calls an operator for its effect (in-place operators return a handle of the tensor they changed, which is dropped).</summary>
    public static void Run(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, overload, arguments, results);
        for (var i = 0; i < count; i++)
        {
            if (results[i].Tag == NativeTag.Tensor)
                Native.sv_tensor_release(results[i].Pointer);
        }
    }

    /// <summary>Calls an operator that returns several tensors, or a list of tensors.</summary>
    public static Tensor[] CallMany(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, overload, arguments, results);
        if (count == 1 && results[0].Tag == NativeTag.TensorList)
        {
            var handles = new ReadOnlySpan<nint>((void*)results[0].Pointer, results[0].Count);
            var list = new Tensor[handles.Length];
            for (var i = 0; i < list.Length; i++)
                list[i] = new Tensor(handles[i]);
            return list;
        }

        var tensors = new Tensor[count];
        for (var i = 0; i < count; i++)
            tensors[i] = new Tensor(results[i].Pointer);
        return tensors;
    }

    private static nint Find(string name, string overload) =>
        TryFind(name, overload, out var op)
            ? op
            : throw new TensorException($"libtorch {torch.version} has no operator {name}{(overload.Length == 0 ? "" : "." + overload)}.");

    private static bool TryFind(string name, string overload, out nint op)
    {
        if (Operators.TryGetValue((name, overload), out op))
            return op != 0;
        if (Native.sv_op_find(name, overload, out op) != 0)
            op = 0;
        Operators[(name, overload)] = op;
        return op != 0;
    }

    [SkipLocalsInit]
    private static int Invoke(string name, string overload, ReadOnlySpan<Argument> arguments, NativeValue* results)
    {
        var op = Find(name, overload);
        var values = stackalloc NativeValue[arguments.Length];
        var scratch = stackalloc byte[ScratchBytes];
        var arena = new Arena(scratch, ScratchBytes);
        try
        {
            for (var i = 0; i < arguments.Length; i++)
                values[i] = Marshal(arguments[i], ref arena);
            Native.Check(Native.sv_op_call(op, values, arguments.Length, torch.GradientEnabled ? 1 : 0, results, MaxResults, out var count));
            return count;
        }
        finally
        {
            arena.Dispose();
        }
    }

    private static NativeValue Marshal(in Argument argument, ref Arena arena)
    {
        var value = argument.Value;
        switch (argument.Reference)
        {
            case null:
                break;
            case Tensor tensor:
                value.Pointer = tensor.Handle;
                break;
            case long[] ints:
                value.Count = ints.Length;
                ints.CopyTo(arena.Take<long>(ints.Length, out value.Pointer));
                break;
            case double[] doubles:
                value.Count = doubles.Length;
                doubles.CopyTo(arena.Take<double>(doubles.Length, out value.Pointer));
                break;
            case Tensor?[] tensors:
                value.Count = tensors.Length;
                var handles = arena.Take<nint>(tensors.Length, out value.Pointer);
                for (var i = 0; i < tensors.Length; i++)
                    handles[i] = tensors[i]?.Handle ?? 0;
                break;
            case string text:
                value.Count = Encoding.UTF8.GetByteCount(text);
                Encoding.UTF8.GetBytes(text, arena.Take<byte>(value.Count, out value.Pointer));
                break;
            default:
                throw new TensorException($"an argument of type {argument.Reference.GetType().Name} cannot cross the bridge");
        }

        return value;
    }

    /// <summary>Memory for the lists of one call: a stack buffer, and native blocks when that is full.</summary>
    private ref struct Arena(byte* buffer, int size)
    {
        private int _used;
        private List<nint>? _blocks;

        public Span<T> Take<T>(int count, out nint pointer)
            where T : unmanaged
        {
            var bytes = Math.Max(8, ((count * sizeof(T)) + 7) & ~7);
            if (_used + bytes <= size)
            {
                pointer = (nint)(buffer + _used);
                _used += bytes;
            }
            else
            {
                pointer = (nint)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)bytes);
                (_blocks ??= []).Add(pointer);
            }

            return new Span<T>((void*)pointer, count);
        }

        public readonly void Dispose()
        {
            if (_blocks is null)
                return;
            foreach (var block in _blocks)
                System.Runtime.InteropServices.NativeMemory.Free((void*)block);
        }
    }
}
