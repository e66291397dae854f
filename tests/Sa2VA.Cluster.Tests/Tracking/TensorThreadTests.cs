using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Tests.Tracking;

public sealed class TensorThreadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_work_runs_on_one_thread_of_its_own_in_order()
    {
        var order = new List<int>();
        int[] threads;
        await using (var thread = new TensorThread("test"))
        {
            threads = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => thread.RunAsync(
                () =>
                {
                    order.Add(i);
                    return Environment.CurrentManagedThreadId;
                },
                Stop)));
        }

        Assert.Equal(50, order.Count);
        Assert.Single(threads.Distinct());
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public async Task A_failure_reaches_its_caller_and_the_thread_goes_on()
    {
        await using var thread = new TensorThread("test");
        await Assert.ThrowsAsync<InvalidOperationException>(() => thread.RunAsync(() => throw new InvalidOperationException(), Stop));
        Assert.Equal(4, await thread.RunAsync(() => 4, Stop));
    }

    [Fact]
    public async Task Work_that_was_cancelled_before_it_began_does_not_run()
    {
        await using var thread = new TensorThread("test");
        using var gate = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var first = thread.RunAsync(gate.Wait, Stop);
        var ran = false;
        var second = thread.RunAsync(() => ran = true, cancel.Token);
        await cancel.CancelAsync();
        gate.Set();
        await first;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(ran);
    }
}
