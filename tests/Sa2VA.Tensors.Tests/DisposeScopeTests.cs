using System.Diagnostics;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Tensors.Tests;

[CollectionDefinition(nameof(CountsTensors), DisableParallelization = true)]
public sealed class CountsTensors;

[Collection(nameof(CountsTensors))]
public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_releases_what_was_made_inside_and_keeps_what_was_moved_out()
    {
        using var outer = NewDisposeScope();
        Tensor kept, lost;
        using (NewDisposeScope())
        {
            lost = zeros([1]);
            kept = (lost + 1).MoveToOuterDisposeScope();
        }

        Assert.True(lost.IsDisposed);
        Assert.Equal(1, kept.item<float>());
        Assert.Throws<ObjectDisposedException>(() => lost.shape);
    }

    [Fact]
    public void A_detached_tensor_survives_every_scope()
    {
        Tensor kept;
        using (NewDisposeScope())
            kept = ones([2]).DetachFromDisposeScope();

        Assert.Equal(2, kept.sum().item<float>());
        kept.Dispose();
    }

    [Fact]
    public async Task A_scope_carried_to_another_thread_is_refused()
    {
        var scope = NewDisposeScope();
        await Task.Factory.StartNew(
            () => Assert.Throws<InvalidOperationException>(scope.Dispose), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    [Fact]
    public void Ten_thousand_steps_leave_the_count_of_tensors_and_the_memory_flat()
    {
        using var outer = NewDisposeScope();
        var state = zeros([64, 64]);
        void Step()
        {
            using var scope = NewDisposeScope();
            var noise = rand([64, 64]);
            var mixed = nn.functional.linear(noise, state).softmax(-1) + noise[TensorIndex.Slice(0, 1)];
            state.copy_(cat(mixed.split(16), 0));
        }

        for (var i = 0; i < 500; i++)
            Step();
        var live = Tensor.LiveCount;
        var memory = ResidentBytes();
        for (var i = 0; i < 10_000; i++)
            Step();

        Assert.Equal(live, Tensor.LiveCount);
        Assert.InRange(ResidentBytes() - memory, long.MinValue, 32L << 20);
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
