using System.Runtime.InteropServices;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Tensors.Tests;

[Collection(nameof(CountsTensors))]
public sealed class RuntimeTests
{
    [Fact]
    public async Task The_number_of_threads_is_one_setting_for_every_thread()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.Equal(1, await Task.Run(get_num_threads, TestContext.Current.CancellationToken));
            Assert.Throws<TensorException>(() => set_num_threads(0));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public unsafe void The_matrix_library_takes_no_more_threads_than_allowed()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.SkipUnless(NativeLibrary.TryLoad("libopenblas.so.0", out var library), "This libtorch multiplies with another library than OpenBLAS.");
            var threads = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "openblas_get_num_threads");
            Assert.Equal(1, threads());
            set_num_threads(2);
            Assert.Equal(2, threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData(" CUDA ", "cuda:0")]
    [InlineData("cuda:3", "cuda:3")]
    public void Devices_are_named_as_in_torch(string name, string expected) => Assert.Equal(expected, Device.Parse(name).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    public void A_misspelt_device_is_refused_with_the_choices(string name) =>
        Assert.Contains("cuda:N", Assert.Throws<TensorException>(() => Device.Parse(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_device_that_is_not_there_is_refused_by_name()
    {
        Device.CPU.ThrowIfAbsent();
        Assert.Contains("cuda:99", Assert.Throws<TensorException>(() => Device.Parse("cuda:99").ThrowIfAbsent()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_out_of_memory_is_told_apart()
    {
        var error = Assert.Throws<TensorException>(() => empty([1L << 44]));

        Assert.True(error.IsOutOfMemory, error.Message);
        Assert.False(new TensorException("shapes differ").IsOutOfMemory);
    }
}
