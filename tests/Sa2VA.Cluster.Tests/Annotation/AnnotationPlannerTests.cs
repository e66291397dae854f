using Sa2VA.Cluster.Annotation;
using Sa2VA.Cluster.Exports;

namespace Sa2VA.Cluster.Tests.Annotation;

public sealed class AnnotationPlannerTests
{
    [Fact]
    public void An_object_is_looked_at_where_it_is_largest_and_again_some_way_off()
    {
        int[] areas = [.. Enumerable.Range(0, 40).Select(step => 100 - Math.Abs(step - 20))];
        Assert.Equal([20], AnnotationPlanner.LargestOf(areas, 1));
        Assert.Equal([20, 16, 24], AnnotationPlanner.LargestOf(areas, 3));
        Assert.Equal([1], AnnotationPlanner.LargestOf([0, 5, 0], 3));
        Assert.Equal([0, 1], AnnotationPlanner.LargestOf([7, 7], 5));
    }

    [Fact]
    public void Eight_frames_are_spread_over_the_whole_video()
    {
        Assert.Equal([0, 11, 23, 34, 45, 56, 68, 79], AnnotationPlanner.ClipOf([.. Enumerable.Repeat(9, 80)], 8));
        Assert.Equal([0, 1, 2], AnnotationPlanner.ClipOf([0, 3, 4], 8));
    }

    [Fact]
    public void An_object_that_passes_between_them_is_shown_while_it_is_there()
    {
        var areas = new int[80];
        for (var step = 24; step < 34; step++) areas[step] = 50;
        Assert.Equal([24, 25, 27, 28, 29, 30, 32, 33], AnnotationPlanner.ClipOf(areas, 8));
        var once = new int[80];
        once[0] = 5;
        // Once is all there is, and it is among those of the whole video.
        Assert.Equal(8, AnnotationPlanner.ClipOf(once, 8).Count);
    }

    [Fact]
    public void The_largest_objects_are_taken_and_small_ones_left_out()
    {
        var objects = Enumerable.Range(1, 4).Select(id => new ExportObject(id, id - 1, $"{id}", Answer: null, IsAbsent: false)).ToList();
        var plan = AnnotationPlanner.Plan(objects, [[0, 30], [90, 0], [80, 10], [0, 0]], new AnnotationRules { MaxObjects = 1, MinPixels = 50 });
        Assert.Equal([ObjectOutcome.TooSmall, null, ObjectOutcome.LeftOut, ObjectOutcome.TooSmall], plan.Select(one => one.LeftOut));
        Assert.Equal([30, 90, 80, 0], plan.Select(one => one.Area));
        Assert.Equal([0, 1], plan[1].Steps.Order());
        Assert.Empty(plan[2].Steps);
    }
}
