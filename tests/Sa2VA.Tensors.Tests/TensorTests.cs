using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Tensors.Tests;

public sealed class TensorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_tensor_made_from_a_span_is_read_back_without_a_copy()
    {
        var t = tensor<float>([1, 2, 3, 4, 5, 6], [2, 3]);

        t.data<float>()[4] = 50;

        Assert.Equal([2, 3], t.shape);
        Assert.Equal(50, t[1, 1].item<float>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Byte)]
    public void Small_whole_numbers_survive_every_element_type(ScalarType type)
    {
        var t = tensor<float>([0, 1, 2, 100], [4]).to(type);

        Assert.Equal(type, t.dtype);
        Assert.Equal(4 * type.ElementSize(), t.bytes.Length);
        Assert.Equal([0, 1, 2, 100], t.ToArray<float>());
    }

    [Fact]
    public void Booleans_come_from_comparisons()
    {
        var t = tensor<float>([-1, 0, 1], [3]).gt(0);

        Assert.Equal(ScalarType.Bool, t.dtype);
        Assert.Equal([false, false, true], t.ToArray<bool>());
    }

    [Fact]
    public void Integers_stay_integers_beside_integers_and_become_floats_beside_floats()
    {
        var t = arange(3, int64);

        Assert.Equal(ScalarType.Int64, (t + 1).dtype);
        Assert.Equal(ScalarType.Float32, (t + 0.5).dtype);
        Assert.Equal([1, 0, -1], (1 - t).ToArray<long>());
        Assert.Equal([0.5, 1, 2], (2.0 / tensor<double>([4, 2, 1], [3])).ToArray<double>());
    }

    [Fact]
    public void Views_share_memory_and_indexing_matches_row_major_order()
    {
        var t = arange(24).view(2, 3, 4);

        Assert.Equal(23, t[1, 2, 3].item<float>());
        Assert.Equal([4, 3], t[TensorIndex.Single(0)].transpose(0, 1).shape);
        Assert.Equal([12, 16, 20], t[TensorIndex.Single(1), TensorIndex.Colon, TensorIndex.Single(0)].ToArray<float>());
        Assert.Equal([3, 7, 11, 15, 19, 23], t[TensorIndex.Ellipsis, TensorIndex.Slice(-1)].ToArray<float>());
        t[TensorIndex.Ellipsis, TensorIndex.Slice(0, 1)].fill_(-1);
        Assert.Equal(-1, t.data<float>()[4]);
    }

    [Fact]
    public void Splitting_and_joining_gives_the_tensor_back()
    {
        var t = randn([4, 6]);

        Assert.True(allclose(t, cat(t.split(2, 1), 1), 0, 0));
        Assert.True(allclose(t, stack(t.unbind(0)), 0, 0));
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        manual_seed(7);
        var first = rand([16]).ToArray<float>();
        manual_seed(7);

        Assert.Equal(first, rand([16]).ToArray<float>());
    }

    [Fact]
    public void A_failing_operator_is_named_with_the_shapes_it_was_given()
    {
        var error = Assert.Throws<TensorException>(() => zeros([2, 3]).matmul(zeros([4, 5])));

        Assert.Contains("aten::matmul", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float[2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float[4, 5]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_operator_is_an_error_that_names_it()
    {
        var error = Assert.Throws<TensorException>(() => Dispatcher.Call("aten::no_such_thing", ""));

        Assert.Contains("aten::no_such_thing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_as_the_wrong_type_says_what_the_tensor_holds()
    {
        var error = Assert.Throws<TensorException>(() => zeros([2]).data<int>()[0]);

        Assert.Contains("Float32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_a_strided_view_in_place_is_refused()
    {
        var view = zeros([2, 3]).transpose(0, 1);

        Assert.Throws<TensorException>(() => view.data<float>()[0]);
    }

    [Fact]
    public void Operators_of_the_network_library_answer_as_defined()
    {
        var image = arange(16).view(1, 1, 4, 4);

        Assert.Equal([10, 18, 42, 50], F.conv2d(image, ones([1, 1, 2, 2]), stride: 2).ToArray<float>());
        Assert.Equal([5, 7, 13, 15], F.max_pool2d(image, 2, 2).ToArray<float>());
        Assert.Equal([1, 1, 8, 8], F.interpolate(image, 8, 8).shape);
        Assert.Equal([-1, 1], F.layer_norm(tensor<float>([1, 3], [1, 2]), null, null, 0).ToArray<float>());
        Assert.Equal([1, 1, 6, 6], F.pad(image, [1, 1, 1, 1]).shape);
    }
}
