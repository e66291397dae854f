using System.Numerics;
using System.Runtime.InteropServices;

namespace Sa2VA.Datasets;

/// <summary>
/// The stack machine of which a pickle is a program. It has no jumps and no loops, so it ends with its input; nothing in it recurses, so no
/// nesting exhausts the thread's stack; and every object is counted.
/// </summary>
internal sealed class PickleMachine
{
    // What calls may make beyond the bytes that they are given: eight bytes for a byte of an array, some for keys.
    private const long MadePerByte = 32;
    private const long MadeAnyway = 1 << 20;

    private readonly PickleInput _input;
    private readonly PickleLimits _limits;
    private readonly PickleGlobals _globals;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private long _objects;
    private long _made;
    private int _start;

    public PickleMachine(byte[] bytes, PickleLimits limits)
    {
        (_input, _limits) = (new PickleInput(bytes), limits);
        _globals = new PickleGlobals(Wrong, Charge);
        if (bytes.Length > limits.MaxBytes)
            throw Wrong($"It has {bytes.Length:N0} bytes; at most {limits.MaxBytes:N0} are read");
    }

    /// <summary>Runs to the end and returns what is left.</summary>
    public object? Run()
    {
        while (true)
        {
            _start = _input.Position;
            var opcode = (PickleOpcode)_input.Byte();
            if (opcode == PickleOpcode.Stop)
                return Pop();
            Step(opcode);
            if (_stack.Count + _objects > _limits.MaxObjects)
                throw Wrong($"It holds more than {_limits.MaxObjects:N0} objects");
        }
    }

    /// <summary>A value that may be a key: of a kind that Python can hash, and simple.</summary>
    public static object Key(object? value, Func<string, PickleException> wrong) => value switch
    {
        string or long or bool or double or BigInteger => value,
        _ => throw wrong("A dict or set has a key that is neither a text nor a number"),
    };

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (_input.Byte() is var protocol && protocol > 5)
                    throw Wrong($"It has protocol {protocol}; 0 to 5 are read");
                break;
            case PickleOpcode.Frame:
                if (_input.UInt64() > (ulong)(_input.Length - _input.Position))
                    throw Wrong("It ends before its frame does");
                break;

            case PickleOpcode.Mark:
                if (_marks.Count == _limits.MaxDepth)
                    throw Wrong($"It nests more than {_limits.MaxDepth} containers");
                _marks.Add(_stack.Count);
                break;
            case PickleOpcode.Pop:
                // As in CPython: with nothing above the last mark, the mark itself goes.
                if (_marks.Count > 0 && _marks[^1] == _stack.Count)
                    _marks.RemoveAt(_marks.Count - 1);
                else
                    Pop();
                break;
            case PickleOpcode.PopMark:
                ToMark();
                break;
            case PickleOpcode.Dup:
                _stack.Add(Peek());
                break;

            case PickleOpcode.None:
                _stack.Add(null);
                break;
            case PickleOpcode.NewTrue:
                Push(true);
                break;
            case PickleOpcode.NewFalse:
                Push(false);
                break;
            case PickleOpcode.Int:
                Push(_input.Line() is var digits && digits is "00" or "01" ? digits == "01" : _input.DecimalInteger(digits));
                break;
            case PickleOpcode.BinInt:
                Push((long)_input.Int32());
                break;
            case PickleOpcode.BinInt1:
                Push((long)_input.Byte());
                break;
            case PickleOpcode.BinInt2:
                Push((long)_input.UInt16());
                break;
            case PickleOpcode.Long:
                Push(_input.DecimalInteger(_input.Line().TrimEnd('L')));
                break;
            case PickleOpcode.Long1:
                Push(_input.Integer(_input.Byte()));
                break;
            case PickleOpcode.Long4:
                Push(_input.Integer(Length32()));
                break;
            case PickleOpcode.Float:
                Push(_input.DecimalFloat(_input.Line()));
                break;
            case PickleOpcode.BinFloat:
                Push(_input.Double());
                break;

            case PickleOpcode.String:
                Push(PickleText.Quoted(_input.Line().TrimEnd(), _start));
                break;
            case PickleOpcode.BinString:
                Push(_input.Latin1(Length32()));
                break;
            case PickleOpcode.ShortBinString:
                Push(_input.Latin1(_input.Byte()));
                break;
            case PickleOpcode.Unicode:
                Push(PickleText.RawUnicode(_input.Line(), _start));
                break;
            case PickleOpcode.ShortBinUnicode:
                Push(_input.Utf8(_input.Byte()));
                break;
            case PickleOpcode.BinUnicode:
                Push(_input.Utf8(_input.UInt32()));
                break;
            case PickleOpcode.BinUnicode8:
                Push(_input.Utf8(_input.UInt64()));
                break;
            case PickleOpcode.ShortBinBytes:
                Push(_input.Bytes(_input.Byte()));
                break;
            case PickleOpcode.BinBytes:
                Push(_input.Bytes(_input.UInt32()));
                break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8:
                Push(_input.Bytes(_input.UInt64()));
                break;

            case PickleOpcode.EmptyList:
                Push(new List<object?>());
                break;
            case PickleOpcode.List:
                Push(new List<object?>(ToMark()));
                break;
            case PickleOpcode.Append:
                var item = Pop();
                Top<List<object?>>("list").Add(item);
                break;
            case PickleOpcode.Appends:
                var items = ToMark();
                Top<List<object?>>("list").AddRange(items);
                break;
            case PickleOpcode.EmptyTuple:
                Push(Array.Empty<object?>());
                break;
            case PickleOpcode.Tuple:
                Push(ToMark());
                break;
            case PickleOpcode.Tuple1:
                Push(Last(1));
                break;
            case PickleOpcode.Tuple2:
                Push(Last(2));
                break;
            case PickleOpcode.Tuple3:
                Push(Last(3));
                break;
            case PickleOpcode.EmptyDict:
                Push(new PickleDict());
                break;
            case PickleOpcode.Dict:
                var pairs = ToMark();
                var dict = new PickleDict();
                SetItems(dict, pairs);
                Push(dict);
                break;
            case PickleOpcode.SetItem:
                var pair = Last(2);
                SetItems(Top<PickleDict>("dict"), pair);
                break;
            case PickleOpcode.SetItems:
                var more = ToMark();
                SetItems(Top<PickleDict>("dict"), more);
                break;
            case PickleOpcode.EmptySet:
                Push(new HashSet<object>(PickleKeys.Comparer));
                break;
            case PickleOpcode.AddItems:
                var members = ToMark();
                Top<HashSet<object>>("set").UnionWith(members.Select(m => Key(m, Wrong)));
                break;
            case PickleOpcode.FrozenSet:
                Push(ToMark().Select(m => Key(m, Wrong)).ToHashSet(PickleKeys.Comparer));
                break;

            case PickleOpcode.Put:
                _memo[MemoIndex(_input.Line())] = Peek();
                break;
            case PickleOpcode.BinPut:
                _memo[_input.Byte()] = Peek();
                break;
            case PickleOpcode.LongBinPut:
                _memo[_input.UInt32()] = Peek();
                break;
            case PickleOpcode.Memoize:
                _memo[_memo.Count] = Peek();
                break;
            case PickleOpcode.Get:
                _stack.Add(Memo(MemoIndex(_input.Line())));
                break;
            case PickleOpcode.BinGet:
                _stack.Add(Memo(_input.Byte()));
                break;
            case PickleOpcode.LongBinGet:
                _stack.Add(Memo(_input.UInt32()));
                break;

            case PickleOpcode.Global:
                Push(_globals.Find(_input.Line(), _input.Line()));
                break;
            case PickleOpcode.StackGlobal:
                Push(Last(2) is [string module, string name] ? _globals.Find(module, name) : throw Wrong("It names a function by something that is no text"));
                break;
            case PickleOpcode.Reduce:
                var call = Last(2);
                Push(_globals.Call(call[0], call[1]));
                break;
            case PickleOpcode.Build:
                var state = Pop();
                _globals.Build(Peek(), state);
                break;

            case PickleOpcode.Inst:
                throw Wrong($"It makes an instance of '{PickleInput.Short(_input.Line())}.{PickleInput.Short(_input.Line())}', and only plain data is read");
            case PickleOpcode.Obj or PickleOpcode.NewObj or PickleOpcode.NewObjEx:
                throw Wrong("It makes an instance of a class, and only plain data is read");
            case PickleOpcode.PersId or PickleOpcode.BinPersId:
                throw Wrong("It refers to an object outside of it (a persistent id)");
            case PickleOpcode.Ext1 or PickleOpcode.Ext2 or PickleOpcode.Ext4:
                throw Wrong("It refers to a class by a number of Python's extension registry");
            case PickleOpcode.NextBuffer or PickleOpcode.ReadOnlyBuffer:
                throw Wrong("Its data was kept apart from it (out-of-band buffers)");
            default:
                throw Wrong($"Byte 0x{(byte)opcode:X2} is no instruction, so it is no pickle or damaged");
        }
    }

    private void SetItems(PickleDict dict, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw Wrong("A dict has a key without a value");
        for (var i = 0; i < pairs.Length; i += 2)
            dict.Set(Key(pairs[i], Wrong), pairs[i + 1]);
    }

    private void Push(object value)
    {
        _stack.Add(value);
        _objects++;
    }

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Wrong("It takes more than it has");

    private object? Pop()
    {
        var top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private T Top<T>(string what)
        where T : class => Peek() as T ?? throw Wrong($"It adds to something that is no {what}");

    private object?[] Last(int count)
    {
        if (_stack.Count - Floor < count)
            throw Wrong("It takes more than it has");
        return Cut(_stack.Count - count);
    }

    private object?[] ToMark()
    {
        if (_marks.Count == 0)
            throw Wrong("It closes a container that it did not begin");
        var mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return Cut(mark);
    }

    private object?[] Cut(int from)
    {
        var items = CollectionsMarshal.AsSpan(_stack)[from..].ToArray();
        CollectionsMarshal.SetCount(_stack, from);
        return items;
    }

    /// <summary>What lies below the last mark belongs to containers that are not yet closed.</summary>
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private long MemoIndex(string line) =>
        _input.DecimalInteger(line) is long index and >= 0 ? index : throw Wrong($"'{PickleInput.Short(line)}' is no number of a memo");

    private object? Memo(long index) => _memo.TryGetValue(index, out var value) ? value : throw Wrong($"It uses memo {index} before it is set");

    private ulong Length32() => _input.Int32() is var length and >= 0 ? (ulong)length : throw Wrong("A length is negative");

    private void Charge(long bytes)
    {
        _made += bytes;
        if (_made > MadeAnyway + MadePerByte * _input.Length)
            throw Wrong("It makes far more data than it holds");
    }

    private PickleException Wrong(string what) => new(what, _start);
}
