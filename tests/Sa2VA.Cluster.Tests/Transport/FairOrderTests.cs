using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Transport;

public sealed class FairOrderTests
{
    private static readonly Lane High = new(WorkKind.Video, WorkPriority.High);
    private static readonly Lane Normal = new(WorkKind.Video, WorkPriority.Normal);
    private static readonly Lane Low = new(WorkKind.Video, WorkPriority.Low);

    [Fact]
    public void Full_queues_get_nine_three_and_one_of_thirteen()
    {
        var order = new FairOrder(Lane.Of([WorkKind.Video]));
        var taken = Enumerable.Range(0, 130).Select(_ => Take(order, High, Normal, Low)).ToList();
        Assert.Equal((90, 30, 10), (taken.Count(lane => lane == High), taken.Count(lane => lane == Normal), taken.Count(lane => lane == Low)));
        Assert.Equal(High, taken[0]);
    }

    [Fact]
    public void An_empty_queue_saves_nothing_up()
    {
        var order = new FairOrder(Lane.Of([WorkKind.Video]));
        for (var i = 0; i < 100; i++) Assert.Equal(Low, Take(order, Low));
        Assert.Equal(High, Take(order, High, Low));
        Assert.Equal(High, Take(order, High, Low));
    }

    [Fact]
    public void Questions_to_the_language_model_have_one_queue()
    {
        Assert.Equal(new Lane(WorkKind.Keyframes, WorkPriority.Normal), Lane.Of(new WorkItem("a", WorkPriority.High, WorkKind.Keyframes)));
        Assert.Equal(4, Lane.Of([WorkKind.Keyframes, WorkKind.Video]).Count);
    }

    private static Lane Take(FairOrder order, params Lane[] filled)
    {
        var taken = order.Next().First(filled.Contains);
        order.Took(taken, [.. filled.Where(lane => lane != taken)]);
        return taken;
    }
}
