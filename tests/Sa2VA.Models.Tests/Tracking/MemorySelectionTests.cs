using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Models.Tests.Tracking;

public sealed class MemorySelectionTests
{
    private static readonly MemoryRules Sam21 = new() { SignedPointerDistance = true };

    private static MemoryPlan Plan(int frame, bool reverse, int[] conditioning, Func<int, bool> tracked, MemoryRules rules, int? frameCount = null) =>
        MemorySelection.Plan(frame, reverse, conditioning, tracked, tracked, rules, frameCount);

    private static Func<int, bool> Tracked(params int[] frames) => frames.ToHashSet().Contains;

    private static Func<int, bool> TrackedBetween(int first, int last) => frame => first <= frame && frame <= last;

    [Fact]
    public void The_second_frame_reads_only_the_prompted_one()
    {
        var plan = Plan(1, reverse: false, [0], Tracked(), Sam21);
        Assert.Equal([new SpatialRead(0, true, 6)], plan.Spatial);
        Assert.Equal([new PointerRead(0, true, 1)], plan.Pointers);
    }

    [Fact]
    public void A_full_bank_is_the_prompt_six_neighbours_and_fifteen_pointers()
    {
        var plan = Plan(40, reverse: false, [0], TrackedBetween(1, 39), Sam21);
        Assert.Equal(
            [new(0, true, 6), new(34, false, 5), new(35, false, 4), new(36, false, 3), new(37, false, 2), new(38, false, 1), new SpatialRead(39, false, 0)],
            plan.Spatial);
        Assert.Equal(Enumerable.Range(1, 15).Select(d => new PointerRead(40 - d, false, d)).Prepend(new PointerRead(0, true, 40)), plan.Pointers);
    }

    [Fact]
    public void Walking_backwards_mirrors_frames_and_signs()
    {
        var plan = Plan(5, reverse: true, [12, 3], TrackedBetween(6, 11), Sam21);
        Assert.Equal([12, 3, 11, 10, 9, 8, 7, 6], plan.Spatial.Select(read => read.Frame));
        Assert.Equal([6, 6, 5, 4, 3, 2, 1, 0], plan.Spatial.Select(read => read.TemporalRow));
        Assert.Equal([new(12, true, 7), .. Enumerable.Range(1, 6).Select(d => new PointerRead(5 + d, false, d))], plan.Pointers);
    }

    [Fact]
    public void A_prompt_in_the_future_gives_memory_but_no_pointer()
    {
        var plan = Plan(0, reverse: false, [5], Tracked(), Sam21);
        Assert.Equal([new SpatialRead(5, true, 6)], plan.Spatial);
        Assert.Empty(plan.Pointers);
    }

    [Fact]
    public void A_prompt_in_the_future_gives_a_pointer_when_the_model_allows_it()
    {
        var signed = Plan(0, reverse: false, [5], Tracked(), Sam21 with { OnlyObjPtrsInThePast = false });
        var unsigned = Plan(0, reverse: false, [5], Tracked(), new MemoryRules { OnlyObjPtrsInThePast = false });
        Assert.Equal([new PointerRead(5, true, -5)], signed.Pointers);
        Assert.Equal([new PointerRead(5, true, 5)], unsigned.Pointers);
    }

    [Theory]
    [InlineData(20, new[] { 10, 12, 14, 16, 18, 19 })]
    [InlineData(21, new[] { 10, 12, 14, 16, 18, 20 })]
    [InlineData(22, new[] { 12, 14, 16, 18, 20, 21 })]
    public void With_stride_two_the_even_frames_and_the_last_one_are_read(int frame, int[] expected)
    {
        var plan = Plan(frame, reverse: false, [0], TrackedBetween(1, frame - 1), Sam21 with { TemporalStride = 2 });
        Assert.Equal(expected, plan.Spatial.Skip(1).Select(read => read.Frame));
    }

    [Theory]
    [InlineData(20, new[] { 30, 28, 26, 24, 22, 21 }, 2)]
    [InlineData(20, new[] { 36, 33, 30, 27, 24, 21 }, 3)]
    [InlineData(19, new[] { 33, 30, 27, 24, 21, 20 }, 3)]
    public void Backwards_strides_round_away_from_the_frame(int frame, int[] expected, int stride)
    {
        var plan = Plan(frame, reverse: true, [60], TrackedBetween(frame + 1, 59), Sam21 with { TemporalStride = stride });
        Assert.Equal(expected, plan.Spatial.Skip(1).Select(read => read.Frame));
    }

    [Fact]
    public void A_cap_takes_the_nearest_on_either_side_first()
    {
        int[] prompted = [0, 4, 7, 15];
        Assert.Equal([4, 7], MemorySelection.ClosestConditioning(6, prompted, 2));
        Assert.Equal([15, 7], MemorySelection.ClosestConditioning(20, prompted, 2));
        Assert.Equal([7, 15, 4], MemorySelection.ClosestConditioning(9, prompted, 3));
        Assert.Equal(prompted, MemorySelection.ClosestConditioning(9, prompted, 4));
        Assert.Equal(prompted, MemorySelection.ClosestConditioning(9, prompted, -1));
    }

    [Fact]
    public void A_left_out_prompt_is_still_read_as_a_neighbour_and_as_a_pointer()
    {
        var plan = Plan(9, reverse: false, [0, 4, 7, 8], Tracked(1, 2, 3, 5, 6), Sam21 with { MaxCondFrames = 2 });
        Assert.Equal([8, 7], plan.Spatial.Take(2).Select(read => read.Frame));
        Assert.Contains(new SpatialRead(4, true, 4), plan.Spatial);
        Assert.Contains(new PointerRead(4, true, 5), plan.Pointers);
        Assert.Contains(new PointerRead(0, true, 9), plan.Pointers);
    }

    [Fact]
    public void A_short_video_shortens_the_pointers_reach()
    {
        Assert.Equal(8, MemorySelection.PointerReach(Sam21, 8));
        Assert.Equal(16, MemorySelection.PointerReach(Sam21, 100));
        Assert.Equal(16, MemorySelection.PointerReach(Sam21, null));
        var plan = Plan(7, reverse: false, [0], TrackedBetween(1, 6), Sam21, frameCount: 4);
        Assert.Equal([0, 6, 5, 4], plan.Pointers.Select(read => read.Frame));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void A_small_temporal_table_reads_few_neighbours(int numMaskmem, int expected)
    {
        var plan = Plan(20, reverse: false, [0], TrackedBetween(1, 19), Sam21 with { NumMaskmem = numMaskmem });
        Assert.Equal(expected, plan.Spatial.Count);
        Assert.All(plan.Spatial, read => Assert.InRange(read.TemporalRow, 0, numMaskmem - 1));
    }

    [Fact]
    public void A_frame_whose_memory_was_dropped_may_still_give_its_pointer()
    {
        var plan = MemorySelection.Plan(5, reverse: false, [0], Tracked(4), Tracked(3, 4), Sam21);
        Assert.Equal([0, 4], plan.Spatial.Select(read => read.Frame));
        Assert.Equal([0, 4, 3], plan.Pointers.Select(read => read.Frame));
    }

    [Fact]
    public void Impossible_rules_are_refused_by_name()
    {
        Assert.Contains("max_cond_frames_in_attn is 1", Assert.Throws<ArgumentException>(() => new MemoryRules { MaxCondFrames = 1 }.Validated()).Message, StringComparison.Ordinal);
        Assert.Contains("memory_temporal_stride_for_eval is 0", Assert.Throws<ArgumentException>(() => new MemoryRules { TemporalStride = 0 }.Validated()).Message, StringComparison.Ordinal);
        Assert.Contains("num_maskmem is 0", Assert.Throws<ArgumentException>(() => new MemoryRules { NumMaskmem = 0 }.Validated()).Message, StringComparison.Ordinal);
        Assert.Contains("max_obj_ptrs_in_encoder is 0", Assert.Throws<ArgumentException>(() => new MemoryRules { MaxObjPtrs = 0 }.Validated()).Message, StringComparison.Ordinal);
    }
}
