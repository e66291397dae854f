using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>How a batch that does not fit into memory is split.</summary>
public sealed class ObjectBatchesTests
{
    private readonly List<int> _tried = [];
    private int _roomMade;

    [Fact]
    public void What_fits_is_done_at_once()
    {
        var batches = new ObjectBatches(() => _roomMade++);
        Assert.Equal(Enumerable.Range(0, 7), batches.Run([.. Enumerable.Range(0, 7)], batch => Work(batch, fits: 7)).Select(done => done.Object));
        Assert.Equal([7], _tried);
        Assert.Equal(0, _roomMade);
    }

    [Theory]
    [InlineData(3, new[] { 16, 8, 4, 2, 2, 2, 2, 2, 2, 2, 2 })]
    [InlineData(1, new[] { 16, 8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public void What_does_not_fit_is_halved_until_it_does_and_stays_so(int fits, int[] tried)
    {
        var batches = new ObjectBatches(() => _roomMade++);
        int[] objects = [.. Enumerable.Range(0, 16)];
        Assert.Equal(objects, batches.Run(objects, batch => Work(batch, fits)).Select(done => done.Object));
        Assert.Equal(tried, _tried);
        var again = _tried.Count;
        Assert.Equal(objects, batches.Run(objects, batch => Work(batch, fits)).Select(done => done.Object));
        Assert.DoesNotContain(_tried.Skip(again), size => size > fits);
        Assert.Equal(tried.Count(size => size > fits), _roomMade);
    }

    [Fact]
    public void One_that_does_not_fit_alone_fails_and_what_was_done_before_is_released()
    {
        var done = new List<Done>();
        var batches = new ObjectBatches(() => { });
        var failure = Assert.Throws<TensorException>(() => batches.Run([.. Enumerable.Range(0, 8)], batch =>
        {
            var made = Work(batch, fits: batch.Contains(6) ? 0 : 8);
            done.AddRange(made);
            return made;
        }));
        Assert.True(failure.IsOutOfMemory);
        Assert.NotEmpty(done);
        Assert.All(done, one => Assert.True(one.IsReleased));
    }

    [Fact]
    public void Any_other_failure_is_no_reason_to_try_again()
    {
        var batches = new ObjectBatches(() => _roomMade++);
        Assert.Throws<TensorException>(() => batches.Run<int, Done>([1, 2], _ => throw new TensorException("shapes differ")));
        Assert.Equal(0, _roomMade);
    }

    private Done[] Work(IReadOnlyList<int> batch, int fits)
    {
        _tried.Add(batch.Count);
        return batch.Count > fits ? throw new TensorException("DefaultCPUAllocator: can't allocate memory") : [.. batch.Select(one => new Done(one))];
    }

    private sealed class Done(int one) : IDisposable
    {
        public int Object { get; } = one;

        public bool IsReleased { get; private set; }

        public void Dispose() => IsReleased = true;
    }
}
