using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>Attention to kept parts of the memory against the official form over concatenated memories.</summary>
public sealed class MemoryReaderTests
{
    // Sums run in another order; the activations are of order 1.
    private const double Tolerance = 2e-5;
    private const int Reach = 16;

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(3, 4, 1)]
    [InlineData(7, 16, 1)]
    [InlineData(3, 4, 2)]
    public void The_fast_form_equals_the_official_one(int frames, int pointers, int heads)
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2(config => config with
        {
            MemoryAttention = config.MemoryAttention with
            {
                SelfAttention = config.MemoryAttention.SelfAttention with { NumHeads = heads },
                CrossAttention = config.MemoryAttention.CrossAttention with { NumHeads = heads },
            },
        });
        AssertSame(tiny, tiny.Remember(seed: 1, frames, pointers));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    public void It_does_so_wherever_positions_are_added(bool atAttention, bool atKeys, bool atQueries)
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2(config => config with
        {
            MemoryAttention = config.MemoryAttention with { PosEncAtAttn = atAttention, PosEncAtCrossAttnKeys = atKeys, PosEncAtCrossAttnQueries = atQueries },
        });
        AssertSame(tiny, tiny.Remember(seed: 1, frames: 3, pointers: 2));
    }

    [Fact]
    public void SAM_2_without_pointer_times_takes_the_same_path()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2(config => config with { AddTposEncToObjPtrs = false, ProjTposEncInObjPtrs = false });
        AssertSame(tiny, tiny.Remember(seed: 1, frames: 2, pointers: 3));
    }

    [Fact]
    public void Keys_that_are_kept_or_made_anew_give_the_same_bits()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var (feature, memory) = (tiny.Feature(3), tiny.Remember(seed: 1, frames: 3, pointers: 2));
        var anew = tiny.Model.AttendToMemory(feature, [memory], Reach, keepKeys: false);
        Assert.All(memory.Spatial, read => Assert.Null(read.Frame.Derived));
        var kept = tiny.Model.AttendToMemory(feature, [memory], Reach);
        Assert.All(memory.Spatial, read => Assert.NotNull(read.Frame.Derived));
        var again = tiny.Model.AttendToMemory(feature, [memory], Reach);

        AssertBits(anew, kept);
        AssertBits(kept, again);
    }

    internal static void AssertBits(Tensor expected, Tensor actual) =>
        Assert.True(expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes), $"the bits differ: {Difference.Between(expected, actual, 0)}");

    private static void AssertSame(TinySam2 tiny, ObjectMemory memory)
    {
        var feature = tiny.Feature(3);
        var plain = tiny.Model.Reader.AttendWhole(
            feature, [.. memory.Spatial.Select(read => (read.Frame.Features, read.TemporalRow))],
            [.. memory.Pointers.Select(read => (read.Pointer, torch.tensor([(float)read.Distance])))], Reach);
        var fast = tiny.Model.AttendToMemory(feature, [memory], Reach);
        var difference = Difference.Between(plain, fast, Tolerance);
        TestContext.Current.TestOutputHelper?.WriteLine(difference.ToString());
        Assert.True(difference.IsAccepted, difference.ToString());
    }
}
