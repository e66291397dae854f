using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Weights;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_parameter_whose_type_fits_is_a_view_of_the_file()
    {
        Save(("half", torch.ones([2, 3]).to(ScalarType.BFloat16)), ("full", torch.ones([4])));
        using var store = CheckpointStore.Open(_folder.FullPath);

        Assert.Equal(ScalarType.BFloat16, store.Get("half", [2, 3], Init.Zeros, type: null).dtype);
        Assert.Equal(ScalarType.Float32, store.Get("full", [4], Init.Zeros, ScalarType.Float32).dtype);
        Assert.Equal(0, store.CopiedBytes);
    }

    [Fact]
    public void A_parameter_of_another_type_is_converted_once()
    {
        Save(("half", torch.full([2, 3], 1.5).to(ScalarType.BFloat16)), ("old", torch.ones([4]).to(ScalarType.Float16)));
        using var store = CheckpointStore.Open(_folder.FullPath);

        var first = store.Get("half", [2, 3], Init.Zeros, ScalarType.Float32);

        Assert.Equal([1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f], first.ToArray<float>());
        Assert.Same(first, store.Get("half", [2, 3], Init.Zeros, ScalarType.Float32));
        Assert.Equal(24, store.CopiedBytes);
        Assert.Equal(ScalarType.Float32, store.Get("old", [4], Init.Zeros, type: null).dtype);
    }

    [Fact]
    public void Weights_live_as_long_as_the_store_whatever_scope_they_were_asked_in()
    {
        Save(("w", torch.ones([4])));
        var store = CheckpointStore.Open(_folder.FullPath);
        Tensor weight;
        using (torch.NewDisposeScope())
            weight = store.Get("w", [4], Init.Zeros, ScalarType.Float32);

        Assert.Equal(4f, weight.sum().item<float>());
        store.Dispose();
        Assert.True(weight.IsDisposed);
    }

    [Fact]
    public void A_missing_tensor_is_named_with_its_shape_and_the_first_level_that_is_absent()
    {
        Save(("vision.layers.0.weight", torch.ones([4])));
        using var store = CheckpointStore.Open(_folder.FullPath);

        var near = Assert.Throws<ModelFolderException>(() => store.Get("vision.layers.0.bias", [4], Init.Zeros, null)).Message;
        var far = Assert.Throws<ModelFolderException>(() => store.Get("vision.tower.0.bias", [4], Init.Zeros, null)).Message;

        Assert.Contains("'vision.layers.0.bias' [4]", near, StringComparison.Ordinal);
        Assert.Contains(_folder.FullPath, near, StringComparison.Ordinal);
        Assert.Contains("nothing under 'vision.tower.'", far, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misshaped_tensor_is_named_with_what_is_stored_and_what_was_expected()
    {
        Save(("w", torch.ones([4, 2])));
        using var store = CheckpointStore.Open(_folder.FullPath);

        var message = Assert.Throws<ModelFolderException>(() => store.Get("w", [2, 4], Init.Zeros, null)).Message;

        Assert.Contains("model.safetensors' stores 'w' as F32 [4, 2], but the configuration asks for [2, 4]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_are_no_parameters()
    {
        Save(("w", torch.tensor([1L, 2L])));
        using var store = CheckpointStore.Open(_folder.FullPath);

        Assert.Contains("I64 [2]", Assert.Throws<ModelFolderException>(() => store.Get("w", [2], Init.Zeros, null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fuser.layers.0.gamma")]
    [InlineData("fuser.layers.0.g_weight")]
    [InlineData("fuser.layers.0.weight")]
    public void The_layer_scale_is_found_under_each_of_its_names(string stored)
    {
        Save((stored, torch.ones([4])));
        using var store = CheckpointStore.Open(_folder.FullPath);
        var scope = new WeightScope(store)["fuser"]["layers"][0];

        Assert.True(scope.Has("gamma"));
        Assert.Equal([4], scope.Get("gamma", Init.Ones, 4).shape);
        store.ThrowIfSurplus();
    }

    [Fact]
    public void A_weight_is_not_taken_for_a_layer_scale()
    {
        Save(("norm.gamma", torch.ones([4])));
        using var store = CheckpointStore.Open(_folder.FullPath);

        Assert.False(store.Has("norm.weight"));
    }

    [Fact]
    public void Tensors_that_nobody_asks_for_are_named_unless_they_are_tables()
    {
        Save(("used", torch.ones([1])), ("rest.b", torch.ones([1])), ("rest.a", torch.ones([1])), ("l.rotary_emb.inv_freq", torch.ones([1])));
        using var store = CheckpointStore.Open(_folder.FullPath);
        store.Get("used", [1], Init.Zeros, null);

        var message = Assert.Throws<ModelFolderException>(store.ThrowIfSurplus).Message;

        Assert.Contains("2 tensors", message, StringComparison.Ordinal);
        Assert.Contains("'rest.a', 'rest.b'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_is_an_unusable_model_folder()
    {
        Assert.Contains("model.safetensors", Assert.Throws<ModelFolderException>(() => CheckpointStore.Open(_folder.FullPath)).Message, StringComparison.Ordinal);
    }

    private void Save(params (string Name, Tensor Tensor)[] tensors)
    {
        SafetensorsTensors.Save(_folder.File("model.safetensors"), tensors.ToDictionary(t => t.Name, t => t.Tensor, StringComparer.Ordinal));
        foreach (var (_, tensor) in tensors)
            tensor.Dispose();
    }
}
