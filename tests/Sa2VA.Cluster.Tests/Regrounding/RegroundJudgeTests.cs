using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Tests.Regrounding;

public sealed class RegroundJudgeTests
{
    private static readonly byte[] Here = [1, 1, 1, 1, 0, 0, 0, 0];
    private static readonly byte[] Nearly = [1, 1, 1, 0, 0, 0, 0, 0];
    private static readonly byte[] There = [0, 0, 0, 0, 1, 1, 1, 1];

    [Fact]
    public void What_agrees_changes_nothing_whoever_insists()
    {
        Assert.Equal(RegroundOutcome.Agreed, RegroundJudge.Judge(Nearly, Track(Here), insists: false));
        Assert.Equal(RegroundOutcome.Agreed, RegroundJudge.Judge(Nearly, Track(Here), insists: true));
    }

    [Fact]
    public void A_track_falls_only_where_it_is_in_doubt_or_contradicted_again()
    {
        Assert.Equal(RegroundOutcome.Differed, RegroundJudge.Judge(There, Track(Here), insists: false));
        Assert.Equal(RegroundOutcome.Corrected, RegroundJudge.Judge(There, Track(Here), insists: true));
    }

    [Fact]
    public void What_the_tracker_has_lost_is_shown_again()
    {
        Assert.Equal(RegroundOutcome.Found, RegroundJudge.Judge(There, Track(new byte[8]), insists: false));
        Assert.Equal(RegroundOutcome.Found, RegroundJudge.Judge(There, track: null, insists: false));
    }

    [Fact]
    public void Overlap_is_intersection_over_union()
    {
        Assert.Equal(0.75, RegroundJudge.Overlap(Here, Nearly));
        Assert.Equal(0, RegroundJudge.Overlap(Here, There));
        Assert.Equal(0, RegroundJudge.Overlap(new byte[8], new byte[8]));
    }

    private static ObjectMask Track(byte[] pixels) => new(1, pixels, 5, 1);
}
