using System.Numerics;

namespace Sa2VA.Datasets.Tests.Pickle;

public sealed class PickleReaderTests
{
    public static TheoryData<int> Protocols => [.. Enumerable.Range(0, 6)];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void What_python_wrote_is_read_in_every_protocol(int protocol)
    {
        var root = Assert.IsType<PickleDict>(PickleReader.ReadFile(Fixtures.PathOf($"protocol{protocol}.pkl")));

        Assert.True(root.ContainsKey("none"));
        Assert.Null(root["none"]);
        Assert.Equal((true, false), (root["true"], root["false"]));
        Assert.Equal(
            [0L, 1L, -1L, 255L, 256L, 65535L, 65536L, -2147483648L, 2147483647L, long.MaxValue, long.MinValue, BigInteger.Pow(2, 100), -BigInteger.Pow(2, 100)],
            Items(root["ints"]));
        Assert.Equal([0.5, -1e300, double.PositiveInfinity, double.NegativeInfinity, double.NaN], Items(root["floats"]).Cast<double>());
        Assert.Equal("Grüße \u4e2d \U0001F600 \\u0041 \n \"'", root["text"]);
        Assert.Equal(new string('x', 300), root["long_text"]);
        Assert.Equal(new byte[] { 0, 0xFF, (byte)'`', (byte)'1', (byte)'2' }, root["bytes"]);
        Assert.Equal("abc"u8.ToArray(), root["bytearray"]);
        Assert.Equal(Array.Empty<byte>(), root["empty_bytes"]);
        Assert.Equal(Array.Empty<byte>(), root["empty_bytearray"]);
        Assert.Equal([0, 1, 2, 3, 4], Items(root["tuples"]).Select(t => Assert.IsType<object[]>(t).Length));
        Assert.Equal(new HashSet<object> { 1L, 2L }, Assert.IsType<HashSet<object>>(root["set"]));
        Assert.Empty(Assert.IsType<HashSet<object>>(root["empty_set"]));
        Assert.Equal(new HashSet<object> { "a" }, Assert.IsType<HashSet<object>>(root["frozenset"]));
        Assert.Equal([new("b", 1L), new("a", 2L)], Assert.IsType<PickleDict>(root["ordered"]));
        Assert.Same(Items(root["shared"])[0], Items(root["shared"])[1]);
        Assert.Same(root["cycle"], Items(root["cycle"])[0]);
        Assert.Equal([-5L, 0.25, 1 / 3.0, 2.5, true, 200L, ulong.MaxValue, -300L], Items(root["scalars"]));
        var many = Assert.IsType<PickleDict>(root["many"]);
        Assert.Equal(1500, many.Count);
        Assert.All(many, pair => Assert.Equal($"{pair.Key}", pair.Value));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Arrays_of_numpy_are_plain_data_in_every_protocol(int protocol)
    {
        var root = Assert.IsType<PickleDict>(PickleReader.ReadFile(Fixtures.PathOf($"protocol{protocol}.pkl")));
        var arrays = Assert.IsType<PickleDict>(root["arrays"]);
        void Expect<T>(string name, int[] shape, T[] values)
        {
            var array = Assert.IsType<PickleArray>(arrays[name]);
            Assert.Equal(shape, array.Shape);
            Assert.Equal(values, Assert.IsType<T[]>(array.Values));
        }

        Expect("i1", [2, 3], [-1L, 2, 3, 4, 5, -6]);
        Expect("u1", [2, 3], [(byte)1, (byte)2, (byte)3, (byte)4, (byte)5, (byte)255]);
        Expect("i8", [2, 3], [1, -2, 3, 4, 5, 1L << 62]);
        Expect<ulong>("u8", [2], [1, ulong.MaxValue]);
        Expect("f4", [2], [0.5, -0.25]);
        Expect("b1", [2], [true, false]);
        Expect("fortran", [2, 3], [0L, 1, 2, 3, 4, 5]);
        Expect("big", [3], [0L, 1, 2]);
        Expect("point", [], [7L]);
        Expect("empty", [0, 4], Array.Empty<double>());
    }

    [Theory]
    [InlineData("N.", "None")]
    [InlineData("I01\n.", "True")]
    [InlineData("I00\n.", "False")]
    [InlineData("I-7\n.", "-7")]
    [InlineData("L12L\n.", "12")]
    [InlineData("K\u00ff.", "255")]
    [InlineData("M\u0001\u0002.", "513")]
    [InlineData("J\u00fe\u00ff\u00ff\u00ff.", "-2")]
    [InlineData("\u008a\u0000.", "0")]
    [InlineData("\u008a\u0002\u00ff\u0000.", "255")]
    [InlineData("\u008b\u0001\u0000\u0000\u0000\u0080.", "-128")]
    [InlineData("F-1.5e2\n.", "-150")]
    [InlineData("G?\u00f0\u0000\u0000\u0000\u0000\u0000\u0000.", "1")]
    [InlineData("S'it\\'s \\x41\\101\\n\\\\'\n.", "'it's AA\n\\'")]
    [InlineData("S\"a'b\"\n.", "'a'b'")]
    [InlineData("Va\\u4e2d\\U0001f600\\n\n.", "'a\u4e2d\U0001F600\\n'")]
    [InlineData("U\u0002\u00e9x.", "'\u00e9x'")]
    [InlineData("\u008c\u0003\u00e4\u00b8\u00ad.", "'\u4e2d'")]
    [InlineData("(lp0\nI1\naI2\na.", "[1, 2]")]
    [InlineData("(I1\nI2\nl.", "[1, 2]")]
    [InlineData("](K\u0001K\u0002e.", "[1, 2]")]
    [InlineData("(K\u0001(K\u0002tt.", "(1, (2))")]
    [InlineData(")K\u0001\u0085K\u0002K\u0003\u0086K\u0004K\u0005K\u0006\u0087\u0087.", "((1), (2, 3), (4, 5, 6))")]
    [InlineData("(S'a'\nI1\nS'b'\nI2\nd.", "{'a': 1, 'b': 2}")]
    [InlineData("}S'a'\nI1\ns(S'b'\nI2\nS'a'\nI3\nu.", "{'a': 3, 'b': 2}")]
    [InlineData("\u008f(K\u0001K\u0001K\u0002\u0090.", "set(1, 2)")]
    [InlineData("(K\u0001\u0091.", "set(1)")]
    [InlineData("c__builtin__\nset\n((lK\u0003a\u0085R.", "error")]
    [InlineData("c__builtin__\nset\n]K\u0003a\u0085R.", "set(3)")]
    [InlineData("ccollections\nOrderedDict\n](](S'k'\nK\u0001ee\u0085R.", "{'k': 1}")]
    [InlineData("c_codecs\nencode\n(V\u00e9\nVlatin1\ntR.", "b'E9'")]
    [InlineData("K\u0001K\u00020.", "1")]
    [InlineData("K\u0001(K\u0002K\u00031.", "1")]
    [InlineData("K\u0001(0.", "1")]
    [InlineData("K\u00072\u0086.", "(7, 7)")]
    [InlineData("K\u0005p12\n0g12\n.", "5")]
    [InlineData("K\u0005q\u00030h\u0003.", "5")]
    [InlineData("K\u0005r\u0001\u0001\u0000\u00000j\u0001\u0001\u0000\u0000.", "5")]
    [InlineData("\u0080\u0004\u0095\u0004\u0000\u0000\u0000\u0000\u0000\u0000\u0000K\u0005\u00940h\u0000.", "5")]
    public void Programs_by_hand(string program, string expected) => Assert.Equal(expected, Show(Attempt(PickleBytes.Program(program), out _)));

    [Theory]
    [InlineData("cos\nsystem\n(S'echo hacked'\ntR.", "os.system")]
    [InlineData("c__builtin__\neval\n(S'1+1'\ntR.", "__builtin__.eval")]
    [InlineData("cbuiltins\ngetattr\n.", "builtins.getattr")]
    [InlineData("\u0080\u0004\u008c\u0005posix\u008c\u0006system\u0093.", "posix.system")]
    [InlineData("(ios\nsystem\n.", "os.system")]
    [InlineData("(cos\nsystem\no.", "os.system")]
    [InlineData("ccollections\nOrderedDict\n)\u0081.", "instance of a class")]
    [InlineData("cnumpy.core.multiarray\nfromstring\n.", "numpy.core.multiarray.fromstring")]
    [InlineData("cnumpy\nndarray\n)R.", "numpy.ndarray")]
    [InlineData("ccollections\nOrderedDict.fromkeys\n.", "OrderedDict.fromkeys")]
    [InlineData("cnumpy\ndtype\n(S'O8'\nI0\nI1\ntR.", "'O8'")]
    [InlineData("c_codecs\nencode\n(V61\nVhex\ntR.", "_codecs.encode")]
    [InlineData("P1\n.", "persistent id")]
    [InlineData("NQ.", "persistent id")]
    [InlineData("\u0082\u0001.", "extension registry")]
    [InlineData("\u0097.", "out-of-band")]
    [InlineData("]}b.", "not plain data")]
    [InlineData("\u0080\u0006N.", "protocol 6")]
    [InlineData("Hello", "0x48")]
    [InlineData("}]K\u0001s.", "neither a text nor a number")]
    [InlineData("K\u0001a.", "takes more than it has")]
    [InlineData("K\u0001K\u0002a.", "no list")]
    [InlineData("(K\u0001d.", "without a value")]
    [InlineData("g5\n.", "memo 5")]
    [InlineData("t.", "did not begin")]
    [InlineData("K\u0001(a.", "takes more than it has")]
    [InlineData("I1x\n.", "'1x' is not an integer")]
    [InlineData("Sx\n.", "no quotes")]
    [InlineData("\u008c\u0001\u00ff.", "not UTF-8")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ff.", "negative")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", "too early")]
    [InlineData("I12", "middle of a line")]
    [InlineData("", "too early")]
    public void What_is_no_plain_data_is_refused_by_name(string program, string what)
    {
        Attempt(PickleBytes.Program(program), out var refused);
        Assert.Contains(what, refused!.Message, StringComparison.Ordinal);
        Assert.InRange(refused.Position, 0, program.Length);
    }

    [Fact]
    public void Nesting_is_bounded_where_it_costs_and_harmless_where_it_does_not()
    {
        Attempt(PickleBytes.Program(new string('(', 2000) + "t."), out var refused);
        Assert.Contains("nests more than 1000", refused!.Message, StringComparison.Ordinal);
        Assert.IsType<object[]>(Attempt(PickleBytes.Program("N" + new string('\u0085', 500_000) + "."), out _));
    }

    [Fact]
    public void Counts_and_sizes_are_bounded()
    {
        var program = PickleBytes.Program(new string(']', 3000) + ".");
        Assert.Contains("more than 2,000 objects", Refusal(program, new PickleLimits { MaxObjects = 2000 }), StringComparison.Ordinal);
        Assert.Contains("at most 1,000", Refusal(program, new PickleLimits { MaxBytes = 1000 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_program_cannot_make_much_data()
    {
        // One text of 100 kB, encoded again and again by references of a few bytes: 60 GB.
        var again = string.Concat(Enumerable.Repeat("h\u0000h\u0001R0", 100_000));
        var program = "c_codecs\nencode\nq\u0000V" + new string('x', 100_000) + "\nVlatin1\n\u0086q\u0001" + again + "N.";
        Assert.Contains("far more data than it holds", Refusal(PickleBytes.Program(program)), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_cannot_be_made_to_collide()
    {
        // All of them have one hash code of Int64, which is the lower half against the upper.
        var keys = Enumerable.Range(0, 1000).Select(i => (object)(((long)i << 32) | (uint)i));
        Assert.InRange(keys.Select(PickleKeys.Comparer.GetHashCode).Distinct().Count(), 990, 1000);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        using var folder = new DatasetFolder();
        var path = folder.Write("x.pkl", PickleBytes.Program("cos\nsystem\n."));
        var message = Assert.Throws<DatasetException>(() => PickleReader.ReadFile(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("'os.system'", message, StringComparison.Ordinal);
        Assert.Contains("no file", Assert.Throws<DatasetException>(() => PickleReader.ReadFile(path + "x")).Message, StringComparison.Ordinal);
        Assert.Contains("at most 3", Assert.Throws<DatasetException>(() => PickleReader.ReadFile(path, new PickleLimits { MaxBytes = 3 })).Message, StringComparison.Ordinal);
    }

    private static string Refusal(byte[] program, PickleLimits? limits = null) => Assert.Throws<PickleException>(() => PickleReader.Read(program, limits)).Message;

    /// <summary>The value, or null with the refusal.</summary>
    private static object? Attempt(byte[] program, out PickleException? refused)
    {
        refused = null;
        try
        {
            return PickleReader.Read(program);
        }
        catch (PickleException e)
        {
            refused = e;
            return e;
        }
    }

    private static IReadOnlyList<object?> Items(object? value) => Assert.IsType<List<object?>>(value);

    private static string Show(object? value) => value switch
    {
        null => "None",
        PickleException => "error",
        string text => $"'{text}'",
        byte[] bytes => $"b'{Convert.ToHexString(bytes)}'",
        object?[] tuple => $"({string.Join(", ", tuple.Select(Show))})",
        List<object?> list => $"[{string.Join(", ", list.Select(Show))}]",
        HashSet<object> set => $"set({string.Join(", ", set.Select(Show))})",
        PickleDict dict => $"{{{string.Join(", ", dict.Select(p => $"{Show(p.Key)}: {Show(p.Value)}"))}}}",
        _ => $"{value}",
    };
}
