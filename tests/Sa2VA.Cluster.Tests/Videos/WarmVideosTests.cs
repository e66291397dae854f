using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Videos;

public sealed class WarmVideosTests(RunSamples samples) : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private ModelHost _model = null!;

    public ValueTask InitializeAsync()
    {
        _model = new ModelHost(samples.Sam2Only, "cpu");
        return default;
    }

    [Fact]
    public async Task A_video_is_taken_once_and_only_where_it_was_left()
    {
        using var shelf = Shelf(long.MaxValue);
        shelf.Keep("v", await Warm.MakeAsync(_model, epoch: 3));
        Assert.True(shelf.Has("v"));
        Assert.Null(shelf.Take("other", epoch: 4, Warm.Point, _model));
        using (var taken = shelf.Take("v", epoch: 4, Warm.Point, _model))
        {
            Assert.NotNull(taken);
            taken.TakeTracker().Dispose();
            Assert.Throws<ObjectDisposedException>(taken.TakeTracker);
        }

        Assert.Null(shelf.Take("v", epoch: 4, Warm.Point, _model));
    }

    [Fact]
    public async Task It_is_dropped_when_somebody_was_in_between_or_the_checkpoint_or_the_model_is_another()
    {
        await using var other = new ModelHost(samples.Sam2Only, "cpu");
        using var shelf = Shelf(long.MaxValue);
        await RefusesAsync(epoch: 5, Warm.Point, _model);
        await RefusesAsync(epoch: 3, Warm.Point, _model);
        await RefusesAsync(epoch: 4, TrackingPoint.At(8), _model);
        await RefusesAsync(epoch: 4, recorded: null, _model);
        await RefusesAsync(epoch: 4, Warm.Point, other);

        async Task RefusesAsync(long epoch, TrackingPoint? recorded, ModelHost model)
        {
            var warm = await Warm.MakeAsync(_model, epoch: 3);
            shelf.Keep("v", warm);
            Assert.Null(shelf.Take("v", epoch, recorded, model));
            Assert.Equal((0, 0L), (shelf.Count, shelf.Bytes));
            Assert.Throws<ObjectDisposedException>(warm.TakeTracker);
        }
    }

    [Fact]
    public async Task An_epoch_that_another_claimed_drops_it_at_once()
    {
        using var shelf = Shelf(long.MaxValue);
        shelf.Keep("v", await Warm.MakeAsync(_model, epoch: 3));
        shelf.DropUnless("v", epoch: 3);
        shelf.DropUnless("other", epoch: 9);
        Assert.Equal(1, shelf.Count);
        shelf.DropUnless("v", epoch: 4);
        Assert.Equal(0, shelf.Count);
    }

    [Fact]
    public async Task The_longest_waiting_give_way_when_memory_or_time_is_over()
    {
        var one = await Warm.MakeAsync(_model, epoch: 1);
        Assert.True(one.Bytes > 0);
        using var shelf = Shelf(2 * one.Bytes);
        shelf.Keep("a", one);
        _time.Advance(TimeSpan.FromSeconds(1));
        shelf.Keep("b", await Warm.MakeAsync(_model, epoch: 1));
        shelf.Keep("b", await Warm.MakeAsync(_model, epoch: 2));
        Assert.Equal((2, 2 * one.Bytes), (shelf.Count, shelf.Bytes));
        shelf.Keep("c", await Warm.MakeAsync(_model, epoch: 1));
        Assert.Equal((false, true, true), (shelf.Has("a"), shelf.Has("b"), shelf.Has("c")));

        _time.Advance(TimeSpan.FromSeconds(59));
        shelf.Keep("d", await Warm.MakeAsync(_model, epoch: 1));
        shelf.DropExpired();
        Assert.Equal((true, true), (shelf.Has("c"), shelf.Has("d")));
        _time.Advance(TimeSpan.FromSeconds(1));
        shelf.DropExpired();
        Assert.Equal((false, true), (shelf.Has("c"), shelf.Has("d")));
    }

    [Fact]
    public async Task A_shelf_that_is_closed_or_has_no_room_keeps_nothing()
    {
        using var none = Shelf(0);
        none.Keep("v", await Warm.MakeAsync(_model, epoch: 1));
        Assert.Equal(0, none.Count);
        var closed = Shelf(long.MaxValue);
        closed.Keep("v", await Warm.MakeAsync(_model, epoch: 1));
        closed.Dispose();
        closed.Keep("v", await Warm.MakeAsync(_model, epoch: 1));
        Assert.Equal(0, closed.Count);
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private WarmVideos Shelf(long limit) => new(limit, TimeSpan.FromMinutes(1), _time);
}
