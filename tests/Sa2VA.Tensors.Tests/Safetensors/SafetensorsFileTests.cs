using System.Runtime.InteropServices;
using System.Text;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Tensors.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gives_its_tensors_in_the_order_of_the_data()
    {
        byte[] data = [.. MemoryMarshal.AsBytes<float>([1f, 2f, 3f, 4f, 5f, 6f]), .. MemoryMarshal.AsBytes<long>([7L])];
        var header = "{\"__metadata__\":{\"format\":\"pt\"}," + RawSafetensors.Tensor("b", "I64", "[]", 24, 32) + ","
            + RawSafetensors.Tensor("a", "F32", "[2,3]", 0, 24) + "}   ";
        using var file = SafetensorsFile.Open(Write(RawSafetensors.File(Encoding.UTF8.GetBytes(header), data)));

        Assert.Equal(["a", "b"], file.Entries.Select(entry => entry.Name));
        Assert.Equal("F32 [2, 3]", file["a"].ToString());
        Assert.Equal(6, file["a"].ElementCount);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], MemoryMarshal.Cast<byte, float>(file.Bytes(file["a"])).ToArray());
        Assert.Equal([7L], MemoryMarshal.Cast<byte, long>(file.Bytes(file["b"])).ToArray());
        Assert.Equal(32, file.DataBytes);
    }

    [Theory]
    [InlineData("F64", 8)]
    [InlineData("F32", 4)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("I64", 8)]
    [InlineData("I32", 4)]
    [InlineData("I16", 2)]
    [InlineData("I8", 1)]
    [InlineData("U8", 1)]
    [InlineData("BOOL", 1)]
    public void Every_element_type_is_read_with_its_size(string dtype, int size)
    {
        using var file = Open("{" + RawSafetensors.Tensor("t", dtype, "[3]", 0, 3 * size) + "}", 3 * size);

        Assert.Equal(dtype, file["t"].Dtype.Name());
        Assert.Equal(3 * size, file.Bytes(file["t"]).Length);
    }

    [Fact]
    public void Tensors_without_elements_and_files_without_tensors_are_files_too()
    {
        using var none = Open("{}", 0);
        using var empty = Open("{" + RawSafetensors.Tensor("first", "F32", "[0,3]", 0, 0) + "," + RawSafetensors.Tensor("x", "U8", "[2]", 0, 2)
            + "," + RawSafetensors.Tensor("last", "F32", "[4,0]", 2, 2) + "}", 2);

        Assert.Empty(none.Entries);
        Assert.Equal(3, empty.Entries.Length);
        Assert.Equal(0, empty.Bytes(empty["last"]).Length);
    }

    public static TheoryData<string, int, string?, string> Hostile => new()
    {
        { "[]", 0, null, "not a JSON object" },
        { "", 0, null, "not a JSON object" },
        { " {}", 0, null, "not a JSON object" },
        { "{\"a\":", 0, null, "not valid JSON" },
        { "{} {}", 0, null, "not valid JSON" },
        { "{}x", 0, null, "not valid JSON" },
        { "{\"a\":1}", 0, "a", "not described by an object" },
        { "{\"a\":{}}", 0, "a", "lacks dtype" },
        { "{\"a\":{\"dtype\":\"F32\"}}", 0, "a", "lacks shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, "a", "lacks data_offsets" },
        { "{\"a\":{\"dtype\":7,\"shape\":[],\"data_offsets\":[0,4]}}", 4, "a", "dtype is not a string" },
        { "{" + RawSafetensors.Tensor("a", "F8_E4M3", "[4]", 0, 4) + "}", 4, "a", "'F8_E4M3', which is not supported" },
        { "{" + RawSafetensors.Tensor("a", "f32", "[1]", 0, 4) + "}", 4, "a", "not supported" },
        { "{" + RawSafetensors.Tensor("a", "F32", "4", 0, 4) + "}", 4, "a", "shape is not a list" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[-1]", 0, 4) + "}", 4, "a", "something other than integers" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[1.0]", 0, 4) + "}", 4, "a", "something other than integers" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[99999999999999999999]", 0, 4) + "}", 4, "a", "something other than integers" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[[1]]", 0, 4) + "}", 4, "a", "something other than integers" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[2]", 0, 4) + "}", 4, "a", "F32 [2] takes 8 bytes, but its data_offsets [0, 4] hold 4" },
        { "{" + RawSafetensors.Tensor("a", "F64", "[1]", 0, 4) + "}", 4, "a", "takes 8 bytes" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[4611686018427387904,4]", 0, 0) + "}", 0, "a", "more elements than can be counted" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[0,4611686018427387904,4611686018427387904]", 0, 0) + "}", 0, "a", "more elements than can be counted" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[" + string.Join(",", Enumerable.Repeat("1", 65)) + "]", 0, 4) + "}", 4, "a", "more than 64" },
        { "{" + RawSafetensors.Tensor("a", "F32", "[1]", 4, 0) + "}", 4, "a", "not a beginning and an end" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0]}}", 4, "a", "not a beginning and an end" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,2,4]}}", 4, "a", "more than 2" },
        { "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "a", "dtype is given twice" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "a", "shape is given twice" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "," + RawSafetensors.Tensor("a", "U8", "[4]", 4, 8) + "}", 8, "a", "twice" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "," + RawSafetensors.Tensor("\\u0061", "U8", "[4]", 4, 8) + "}", 8, "a", "twice" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "," + RawSafetensors.Tensor("b", "U8", "[4]", 2, 6) + "}", 6, "b", "inside the tensor before it" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "," + RawSafetensors.Tensor("b", "U8", "[4]", 0, 4) + "}", 4, "b", "inside the tensor before it" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "," + RawSafetensors.Tensor("b", "U8", "[4]", 6, 10) + "}", 10, "b", "belong to no tensor" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 1, 5) + "}", 5, "a", "belong to no tensor" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "}", 5, null, "belongs to no tensor" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "}", 3, "a", "truncated" },
        { "{" + RawSafetensors.Tensor("a", "U8", "[9223372036854775807]", 0, long.MaxValue) + "}", 3, "a", "truncated" },
        { "{\"a\":" + string.Concat(Enumerable.Repeat("[", 100)), 0, "a", "not described by an object" },
        { "{\"a\":{\"x\":" + string.Concat(Enumerable.Repeat("[", 100)), 0, null, "not valid JSON" },
        { "{\"__metadata__\":[]}", 0, null, "not an object of strings" },
        { "{\"__metadata__\":{\"a\":1}}", 0, null, "not a string" },
        { "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, null, "twice" },
        { "{\"\\ud800\":{}}", 0, null, "not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_header_is_refused_and_the_tensor_named(string header, int dataBytes, string? tensor, string reason)
    {
        var error = Assert.Throws<SafetensorsException>(() => Open(header, dataBytes));

        Assert.Equal(tensor, error.Tensor);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.Contains(_folder.File("file.safetensors"), error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<byte[], string> Foreign => new()
    {
        { [], "too short" },
        { [1, 2, 3], "too short" },
        { [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, (byte)'{'], "more than the limit" },
        { [0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, (byte)'{'], "more than the limit" },
        { [16, 0, 0, 0, 0, 0, 0, 0, (byte)'{'], "truncated" },
        { "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n"u8.ToArray(), "Git LFS pointer" },
        { "PK\x03\x04 and the rest of a zip"u8.ToArray(), "pickle" },
        { [0x80, 2, .. "}q\0X rest of a pickle"u8], "pickle" },
        { "<!DOCTYPE html><html>"u8.ToArray(), "HTML" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Something_else_than_a_safetensors_file_is_told_apart(byte[] content, string reason)
    {
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(Write(content)));

        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused_with_their_path()
    {
        Assert.Contains("nowhere", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder.File("nowhere"))).Message, StringComparison.Ordinal);
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder.FullPath));
    }

    [Fact]
    public void Control_characters_of_a_name_do_not_reach_the_terminal()
    {
        var error = Assert.Throws<SafetensorsException>(() => Open("{\"\\u001b[2J" + new string('x', 1000) + "\":1}", 0));

        Assert.DoesNotContain('\u001b', error.Message);
        Assert.True(error.Message.Length < 500);
    }

    [Fact]
    public void Data_stays_readable_while_a_lease_is_held()
    {
        var file = Open("{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "}", 4);
        var lease = file.Lease();
        var pointer = file.Pointer(file["a"]);
        var entry = file["a"];

        file.Dispose();

        Assert.Equal(0, Marshal.ReadByte(pointer));
        Assert.Throws<ObjectDisposedException>(() => file.Bytes(entry));
        lease.Dispose();
        lease.Dispose();
    }

    [Fact]
    public void An_entry_of_another_file_is_not_accepted()
    {
        using var one = Open("{" + RawSafetensors.Tensor("a", "U8", "[4]", 0, 4) + "}", 4);
        using var other = SafetensorsFile.Open(Write(RawSafetensors.File("{" + RawSafetensors.Tensor("a", "U8", "[9]", 0, 9) + "}", 9), "other"));

        Assert.Throws<ArgumentException>(() => one.Bytes(other["a"]).Length);
    }

    private SafetensorsFile Open(string header, int dataBytes) => SafetensorsFile.Open(Write(RawSafetensors.File(header, dataBytes)));

    private string Write(byte[] content, string name = "file.safetensors")
    {
        File.WriteAllBytes(_folder.File(name), content);
        return _folder.File(name);
    }
}
