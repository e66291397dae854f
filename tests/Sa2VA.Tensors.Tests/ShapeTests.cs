using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Tensors.Tests;

public sealed class ShapeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Reshaping_keeps_the_elements_in_order()
    {
        var x = arange(12, int64).view(3, 4);

        Assert.Equal([4, 3], x.t().shape);
        Assert.Equal([12], x.flatten().shape);
        Assert.Equal([3, 2, 2], x.unflatten(-1, 2, 2).shape);
        Assert.Equal([1, 3, 4], x.unsqueeze(0).shape);
        Assert.Equal([3, 4], x.unsqueeze(0).squeeze(0).shape);
        Assert.Equal([3, 4], x.unsqueeze(0).unsqueeze(-1).squeeze().shape);
        Assert.Equal([2, 3, 4], x.unsqueeze(0).expand(2, -1, -1).shape);
        Assert.Equal([3, 4], x[0].expand_as(x).shape);
        Assert.Equal([6, 4], x.repeat(2, 1).shape);
        Assert.Equal([0, 0, 1, 1], arange(2, int64).repeat_interleave(2).ToArray<long>());
    }

    [Fact]
    public void Parts_are_taken_where_they_are()
    {
        var x = arange(12, int64).view(3, 4);

        Assert.Equal([4, 5, 8, 9], x.narrow(0, 1, 2).narrow(1, 0, 2).reshape(-1).ToArray<long>());
        Assert.Equal([1, 3], x[0].slice(0, 1, null, 2).ToArray<long>());
        Assert.Equal([2, 6, 10], x.select(1, 2).ToArray<long>());
        Assert.Equal([8, 9, 10, 11, 0, 1, 2, 3], x.index_select(0, tensor<long>([2, 0], [2])).reshape(-1).ToArray<long>());
        Assert.Equal([0, 5, 10], x.gather(1, tensor<long>([0, 1, 2], [3, 1])).reshape(-1).ToArray<long>());
        Assert.Equal([3, 2, 1, 0], x[0].flip(0).ToArray<long>());
        Assert.Equal([3, 0, 1, 2], x[0].roll([1], [0]).ToArray<long>());
        Assert.Equal([7, 2], x.index(tensor<long>([1, 0], [2]), tensor<long>([3, 2], [2])).ToArray<long>());
        Assert.Equal([1, 5, 9], x.index(null, tensor<long>([1], [1])).reshape(-1).ToArray<long>());
        Assert.Equal([10, 11], x.masked_select(x.gt(9)).ToArray<long>());
        Assert.Equal([2, 1], x.split([2, 1]).Select(part => part.shape[0]));
        Assert.Equal(2, x.chunk(2, 1).Length);
        Assert.Equal([1, 0, 1, 1], ones([2, 2], int64).tril().reshape(-1).ToArray<long>());
        Assert.Equal([0, 1, 0, 0], ones([2, 2], int64).triu(1).reshape(-1).ToArray<long>());
    }

    [Fact]
    public void Written_places_change_and_the_others_stay()
    {
        var x = zeros([2, 3]);

        x.index_put_([tensor<long>([1], [1]), tensor<long>([2], [1])], tensor<float>([5], [1]));
        x[0].copy_(tensor<float>([1, 2, 3]));

        Assert.Equal([1, 2, 3, 0, 0, 5], x.ToArray<float>());
    }

    [Fact]
    public void Ranges_and_grids_are_counted_as_documented()
    {
        Assert.Equal([1, 3, 5], arange(1, 7, 2, int64).ToArray<long>());
        Assert.Equal([0, 0.5f, 1], linspace(0, 1, 3).ToArray<float>());
        Assert.Equal([1, 0, 0, 1], eye(2).ToArray<float>());
        Assert.Equal([7, 7], full([2], 7).ToArray<float>());
        Assert.Equal([0, 0, 1, 1], meshgrid(arange(2, int64), arange(2, int64))[0].reshape(-1).ToArray<long>());
        Assert.All(randint(3, 5, [100]).ToArray<long>(), value => Assert.InRange(value, 3, 4));
        Assert.Equal([2, 3], empty([2, 3]).shape);
    }

    [Theory]
    [InlineData(InterpolationMode.Nearest, false)]
    [InlineData(InterpolationMode.Bilinear, false)]
    [InlineData(InterpolationMode.Bicubic, false)]
    [InlineData(InterpolationMode.Bilinear, true)]
    [InlineData(InterpolationMode.Bicubic, true)]
    public void Resizing_keeps_a_constant_image_constant(InterpolationMode mode, bool antialias)
    {
        var resized = F.interpolate(full([1, 2, 6, 8], 3), 3, 5, mode, antialias: antialias);

        Assert.Equal([1, 2, 3, 5], resized.shape);
        Assert.True(allclose(resized, full([1, 2, 3, 5], 3), atol: 1e-5));
    }

    [Fact]
    public void A_memory_mapped_tensor_keeps_its_owner_alive_until_it_is_released()
    {
        var owner = new Block();
        var weak = new WeakReference(owner);
        var t = from_blob(owner.Address, float32, [2], owner);
        owner = null;

        GC.Collect();
        Assert.True(weak.IsAlive);
        Assert.Equal([1, 2], t.ToArray<float>());
        t.Dispose();
    }

    [Fact]
    public void Raw_bytes_make_a_tensor_of_any_type()
    {
        Assert.Equal(1, from_bytes([0x80, 0x3f], bfloat16, [1]).to(float32).item<float>());
        Assert.Contains("4 bytes", Assert.Throws<TensorException>(() => from_bytes([1, 2, 3], float32, [1])).Message, StringComparison.Ordinal);
    }

    private sealed class Block
    {
        private readonly float[] _data = GC.AllocateArray<float>(2, pinned: true);

        public Block() => (_data[0], _data[1]) = (1, 2);

        public nint Address => System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_data, 0);
    }
}
