using System.Text;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Tensors.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly SafetensorsDeclaration[] Declarations =
    [
        new("byte", SafetensorsDtype.U8, [3]),
        new("b.half", SafetensorsDtype.BF16, [2, 2]),
        new("a.half", SafetensorsDtype.F16, [1]),
        new("long", SafetensorsDtype.I64, [2]),
        new("scalar", SafetensorsDtype.F32, []),
    ];

    private readonly TemporaryFolder _folder = new();

    private string Target => _folder.File("out.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_bytes_of_a_file_are_pinned()
    {
        using (var writer = SafetensorsWriter.Create(
            Target, [new("b", SafetensorsDtype.U8, [2]), new("a", SafetensorsDtype.I16, [1])], new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "v" }))
        {
            writer.Append("b", [5, 6]);
            writer.Append("a", [1, 2]);
            writer.Commit();
        }

        const string header = """{"__metadata__":{"k":"v"},"a":{"dtype":"I16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal(RawSafetensors.File(Encoding.UTF8.GetBytes(padded), [1, 2, 5, 6]), File.ReadAllBytes(Target));
    }

    [Fact]
    public void Wide_elements_come_first_and_the_order_of_declaration_does_not_matter()
    {
        WriteAll(Declarations);
        var bytes = File.ReadAllBytes(Target);
        WriteAll(Declarations.Reverse());

        Assert.Equal(bytes, File.ReadAllBytes(Target));
        using var file = SafetensorsFile.Open(Target);
        Assert.Equal(["long", "scalar", "a.half", "b.half", "byte"], file.Entries.Select(entry => entry.Name));
        Assert.All(file.Entries, entry => Assert.Equal(0, file.Pointer(entry) % entry.Dtype.Size()));
    }

    [Fact]
    public void Data_may_come_in_pieces()
    {
        using (var writer = SafetensorsWriter.Create(Target, [new("a", SafetensorsDtype.U8, [5])]))
        {
            writer.Append("a", [1, 2]);
            writer.Append("a", []);
            writer.Append("a", [3, 4, 5]);
            writer.Commit();
        }

        using var file = SafetensorsFile.Open(Target);
        Assert.Equal([1, 2, 3, 4, 5], file.Bytes(file["a"]).ToArray());
    }

    [Fact]
    public void An_unfinished_file_leaves_the_old_one_and_no_trace()
    {
        File.WriteAllText(Target, "old");
        using (var writer = SafetensorsWriter.Create(Target, Declarations))
        {
            writer.Append("byte", [1, 2, 3]);
            Assert.Contains("only 0 were given", Assert.Throws<SafetensorsException>(writer.Commit).Message, StringComparison.Ordinal);
        }

        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder.FullPath));
    }

    [Fact]
    public void Undeclared_duplicate_and_overlong_tensors_are_refused()
    {
        Assert.Throws<SafetensorsException>(() => SafetensorsWriter.Create(Target, [Declarations[0], Declarations[0]]));
        Assert.Throws<SafetensorsException>(() => SafetensorsWriter.Create(Target, [new("__metadata__", SafetensorsDtype.U8, [1])]));
        using var writer = SafetensorsWriter.Create(Target, Declarations);

        Assert.Equal("x", Assert.Throws<SafetensorsException>(() => writer.Append("x", [1])).Tensor);
        Assert.Equal("byte", Assert.Throws<SafetensorsException>(() => writer.Append("byte", [1, 2, 3, 4])).Tensor);
    }

    [Fact]
    public void A_checkpoint_is_cut_into_shards_where_the_limit_is_reached()
    {
        SafetensorsShards.Write(_folder.FullPath, Declarations, Fill, shardBytes: 10, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors", "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", "model.safetensors.index.json"],
            Directory.GetFiles(_folder.FullPath).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var folder = SafetensorsFolder.Open(_folder.FullPath);
        Assert.Equal(Declarations.Length, folder.TensorNames.Length);
        foreach (var declaration in Declarations)
        {
            Assert.True(folder.TryGet(declaration.Name, out var file, out var entry));
            Assert.All(file.Bytes(entry).ToArray(), b => Assert.Equal((byte)declaration.Name.Length, b));
        }
    }

    [Fact]
    public void Writing_one_file_over_shards_leaves_no_old_shard_behind()
    {
        SafetensorsShards.Write(_folder.FullPath, Declarations, Fill, shardBytes: 10, TestContext.Current.CancellationToken);
        File.WriteAllText(_folder.File("model-card.safetensors"), "not ours");

        SafetensorsShards.Write(_folder.FullPath, Declarations, Fill, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["model-card.safetensors", "model.safetensors"], Directory.GetFiles(_folder.FullPath).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static void Fill(SafetensorsEntry entry, SafetensorsWriter writer)
    {
        var data = new byte[entry.ByteCount];
        data.AsSpan().Fill((byte)entry.Name.Length);
        writer.Append(entry.Name, data);
    }

    private void WriteAll(IEnumerable<SafetensorsDeclaration> declarations)
    {
        using var writer = SafetensorsWriter.Create(Target, declarations);
        foreach (var entry in writer.Entries)
            Fill(entry, writer);
        writer.Commit();
    }
}
