using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Tensors.Tests.Safetensors;

public sealed class SafetensorsTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder.File("out.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void A_tensor_of_every_element_type_comes_back_as_it_was(ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.arange(12).view(3, 4).to(type);
        SafetensorsTensors.Save(Target, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["t"] = tensor });

        var loaded = SafetensorsTensors.Load(Target)["t"];

        Assert.Equal(type, loaded.dtype);
        Assert.Equal(tensor.shape, loaded.shape);
        Assert.Equal(tensor.bytes.ToArray(), loaded.bytes.ToArray());
    }

    [Fact]
    public void Views_scalars_and_empty_tensors_are_saved_by_value()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.arange(12).view(3, 4);
        SafetensorsTensors.Save(Target, new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["transposed"] = tensor.transpose(0, 1), ["scalar"] = torch.tensor(3f), ["empty"] = torch.zeros([0, 4]),
        });

        var loaded = SafetensorsTensors.Load(Target);

        Assert.Equal(tensor.transpose(0, 1).contiguous().ToArray<float>(), loaded["transposed"].ToArray<float>());
        Assert.Equal(3f, loaded["scalar"].item<float>());
        Assert.Equal([0, 4], loaded["empty"].shape);
    }

    [Fact]
    public void Half_precision_is_widened_on_demand()
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsTensors.Save(Target, new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["b"] = torch.tensor([1.5f, -2f]).to(ScalarType.BFloat16), ["i"] = torch.tensor([7L]),
        });

        var loaded = SafetensorsTensors.Load(Target, widen: true);

        Assert.Equal(ScalarType.Float32, loaded["b"].dtype);
        Assert.Equal([1.5f, -2f], loaded["b"].ToArray<float>());
        Assert.Equal(ScalarType.Int64, loaded["i"].dtype);
    }

    [Fact]
    public void A_mapped_tensor_outlives_its_file_object()
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsTensors.Save(Target, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["t"] = torch.arange(1000) });
        var file = SafetensorsFile.Open(Target);
        var tensor = file.Map(file["t"]);

        file.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Equal(499_500f, tensor.sum().item<float>());
    }

    [Fact]
    public void A_tensor_that_the_file_does_not_align_is_copied()
    {
        var header = "{" + RawSafetensors.Tensor("a", "U8", "[1]", 0, 1) + "," + RawSafetensors.Tensor("b", "F32", "[1]", 1, 5) + "}";
        File.WriteAllBytes(Target, RawSafetensors.File(System.Text.Encoding.UTF8.GetBytes(header), [9, .. BitConverter.GetBytes(2.5f)]));
        using var scope = torch.NewDisposeScope();

        Assert.Equal(2.5f, SafetensorsTensors.Load(Target)["b"].item<float>());
    }
}
