using System.Text;

namespace Sa2VA.Datasets;

/// <summary>A function or class that a pickle may name. It is a word in a table: nothing is ever looked up or called in a runtime.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>The functions and classes that stand for plain data, and what a call of each means. All others are refused.</summary>
internal sealed class PickleGlobals(Func<string, PickleException> wrong, Action<long> charge)
{
    private delegate object Maker(PickleGlobals globals, object?[] arguments);

    private static readonly Dictionary<PickleGlobal, Maker> Known = new()
    {
        [new("collections", "OrderedDict")] = (g, a) => g.OrderedDict(a),
        [new("_codecs", "encode")] = (g, a) => g.Encode(a),
        [new("numpy", "dtype")] = (g, a) => g.Dtype(a),
        // It is named as an argument of _reconstruct, and never called itself.
        [new("numpy", "ndarray")] = (g, _) => throw g._wrong("It calls 'numpy.ndarray'"),
    };

    private readonly Func<string, PickleException> _wrong = wrong;
    private readonly Action<long> _charge = charge;

    static PickleGlobals()
    {
        // The modules of Python 3 and 2.
        foreach (var builtins in (string[])["builtins", "__builtin__"])
        {
            Known[new(builtins, "set")] = Known[new(builtins, "frozenset")] = (g, a) => g.Set(a);
            Known[new(builtins, "bytes")] = Known[new(builtins, "bytearray")] = (g, a) => g.Bytes(a);
        }

        // Those of NumPy 1 and 2.
        foreach (var core in (string[])["numpy.core", "numpy._core"])
        {
            Known[new($"{core}.multiarray", "scalar")] = (g, a) => g.Scalar(a);
            Known[new($"{core}.multiarray", "_reconstruct")] = (g, a) => g.EmptyArray(a);
            Known[new($"{core}.numeric", "_frombuffer")] = (g, a) => g.ArrayOf(a);
        }
    }

    /// <summary>Takes a name that a pickle brings up.</summary>
    public PickleGlobal Find(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return Known.ContainsKey(global)
            ? global
            : throw _wrong($"It asks for '{PickleInput.Short(module)}.{PickleInput.Short(name)}', and only plain data is read");
    }

    /// <summary>What a call gives.</summary>
    public object Call(object? function, object? arguments) =>
        function is PickleGlobal global && arguments is object?[] list
            ? Known[global](this, list)
            : throw _wrong("It calls something that is no function, or without arguments");

    /// <summary>Completes an object that was made by a call.</summary>
    public void Build(object? target, object? state)
    {
        switch (target, state)
        {
            // Version 3 of its state: what follows the byte order describes records and alignment.
            case (NumpyDtype type, object?[] { Length: >= 5 } parts):
                if (parts[1] is not string { Length: 1 } order || parts[2] is not null || parts[3] is not null || parts[4] is not null)
                    throw _wrong("It holds a NumPy type that is not a plain number");
                type.IsBigEndian = order[0] == '>';
                break;
            case (PickleArray array, object?[] and [_, object?[] shape, NumpyDtype type, bool fortran, var content]):
                Fill(array, shape, type, content, fortran);
                break;
            case (PickleArray, _):
                throw _wrong("It holds a NumPy array whose content is not plain numbers");
            default:
                throw _wrong("It sets the state of an object that is not plain data");
        }
    }

    private PickleDict OrderedDict(object?[] arguments)
    {
        var dict = new PickleDict();
        if (arguments.Length == 0)
            return dict;
        if (arguments is not [List<object?> pairs])
            throw Unfit("collections.OrderedDict");
        _charge(pairs.Count * 32L);
        foreach (var pair in pairs)
        {
            if (pair is not IReadOnlyList<object?> { Count: 2 } both)
                throw Unfit("collections.OrderedDict");
            dict.Set(PickleMachine.Key(both[0], _wrong), both[1]);
        }

        return dict;
    }

    private HashSet<object> Set(object?[] arguments)
    {
        if (arguments.Length == 0)
            return new HashSet<object>(PickleKeys.Comparer);
        if (arguments is not [List<object?> items])
            throw Unfit("set");
        _charge(items.Count * 32L);
        return items.Select(item => PickleMachine.Key(item, _wrong)).ToHashSet(PickleKeys.Comparer);
    }

    private byte[] Bytes(object?[] arguments) => arguments switch
    {
        [] => [],
        [byte[] bytes] => bytes,
        _ => throw Unfit("bytes"),
    };

    /// <summary>How protocols 0 to 2 write bytes of Python 3.</summary>
    private byte[] Encode(object?[] arguments)
    {
        if (arguments is not [string text, ..] || arguments.Length > 2 || (arguments.Length == 2 && arguments[1] is not string))
            throw Unfit("_codecs.encode");
        _charge(text.Length * 3L);
        switch (arguments.Length == 1 ? "utf-8" : (string)arguments[1]!)
        {
            case "latin1" or "latin-1" or "iso-8859-1":
                return text.All(c => c <= 0xFF) ? Encoding.Latin1.GetBytes(text) : throw Unfit("_codecs.encode");
            case "utf-8" or "utf8":
                return Encoding.UTF8.GetBytes(text);
            default:
                throw Unfit("_codecs.encode");
        }
    }

    private NumpyDtype Dtype(object?[] arguments) =>
        arguments is [string name, ..]
            ? NumpyDtype.Parse(name) ?? throw _wrong($"It holds NumPy values of type '{PickleInput.Short(name)}'; only plain numbers are read")
            : throw Unfit("numpy.dtype");

    private object Scalar(object?[] arguments) =>
        arguments is [NumpyDtype type, var content] && BytesOf(content) is { } bytes && bytes.Length == type.Size
            ? type.Value(bytes)
            : throw Unfit("numpy scalar");

    /// <summary>The array comes without content; <see cref="Build"/> brings it.</summary>
    private PickleArray EmptyArray(object?[] arguments) =>
        arguments is [PickleGlobal { Module: "numpy", Name: "ndarray" }, ..] ? new PickleArray() : throw Unfit("numpy _reconstruct");

    /// <summary>Protocol 5: content, type, shape, order.</summary>
    private PickleArray ArrayOf(object?[] arguments)
    {
        if (arguments is not [var content, NumpyDtype type, object?[] shape, string { Length: 1 } order])
            throw Unfit("numpy _frombuffer");
        var array = new PickleArray();
        Fill(array, shape, type, content, order == "F");
        return array;
    }

    private void Fill(PickleArray array, object?[] shape, NumpyDtype type, object? content, bool fortran)
    {
        if (shape.Length > 32)
            throw _wrong("It holds a NumPy array of more than 32 dimensions");
        var sizes = new int[shape.Length];
        var count = 1L;
        for (var d = 0; d < shape.Length; d++)
        {
            if (shape[d] is not (long and >= 0 and <= int.MaxValue) || (count *= (long)shape[d]!) > int.MaxValue)
                throw _wrong("It holds a NumPy array with an impossible shape");
            sizes[d] = (int)(long)shape[d]!;
        }

        if (BytesOf(content) is not { } bytes || bytes.Length != count * type.Size)
            throw _wrong("It holds a NumPy array whose content does not fill its shape");
        _charge(Math.Max(8, type.Size) * count);
        array.Fill(sizes, type, bytes, fortran);
    }

    /// <summary>Python 2 has no bytes apart from texts.</summary>
    private byte[]? BytesOf(object? content)
    {
        if (content is not string text)
            return content as byte[];
        _charge(text.Length);
        return text.All(c => c <= 0xFF) ? Encoding.Latin1.GetBytes(text) : null;
    }

    private PickleException Unfit(string function) => _wrong($"It calls '{function}' with arguments that do not make plain data");
}
