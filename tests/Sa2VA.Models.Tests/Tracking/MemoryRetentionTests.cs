using FsCheck;
using FsCheck.Fluent;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>The promise of bounded memory: a walk that drops what <see cref="MemoryRetention"/> lets go plans the same reads as
/// one that keeps everything.</summary>
public sealed class MemoryRetentionTests
{
    public sealed record Walk(MemoryRules Rules, int[] Prompted, int Frames, bool Reverse, int History, int LookBack);

    private static readonly Gen<Walk> Walks =
        from maskmem in Gen.Choose(1, 8)
        from stride in Gen.Choose(1, 4)
        from cap in Gen.Elements(-1, 2, 3, 4)
        from pointers in Gen.Choose(1, 17)
        from past in Gen.Elements(true, false)
        from frames in Gen.Choose(2, 60)
        from prompted in Gen.NonEmptyListOf(Gen.Choose(0, frames - 1))
        from reverse in Gen.Elements(true, false)
        from history in Gen.Elements(0, 1, 3, 20)
        from lookBack in Gen.Choose(0, 20)
        select new Walk(
            new MemoryRules { NumMaskmem = maskmem, TemporalStride = stride, MaxCondFrames = cap, MaxObjPtrs = pointers, OnlyObjPtrsInThePast = past, SignedPointerDistance = true },
            prompted.Distinct().ToArray(), frames, reverse, history, Math.Min(lookBack, history));

    [Fact]
    public void Dropping_never_changes_what_is_read() =>
        Prop.ForAll(Walks.ToArbitrary(), ReadsTheSame).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_is_kept_does_not_grow_with_the_video() =>
        Prop.ForAll(Walks.ToArbitrary(), walk =>
        {
            var rules = walk.Rules;
            var bound = (rules.NumMaskmem * rules.TemporalStride) + (2 * walk.History) + 2;
            foreach (var frame in new[] { 300, 3000, 30000 })
            {
                var retention = new MemoryRetention(rules, frame, walk.Reverse, walk.History);
                var all = Enumerable.Range(frame - 250, 500).ToList();
                if (all.Count(retention.KeepsMemory) > bound) return false;
                if (all.Count(retention.KeepsPointer) > rules.MaxObjPtrs + (2 * walk.History)) return false;
                if (all.Count(retention.KeepsMask) > 2 * walk.History) return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_default_model_keeps_six_memories_and_fifteen_pointers()
    {
        var retention = new MemoryRetention(new MemoryRules(), 100, reverse: false, history: 0);
        var all = Enumerable.Range(0, 200).ToList();
        Assert.Equal([95, 96, 97, 98, 99, 100], all.Where(retention.KeepsMemory));
        Assert.Equal(Enumerable.Range(86, 15), all.Where(retention.KeepsPointer));
        Assert.DoesNotContain(all, retention.KeepsMask);
    }

    [Fact]
    public void History_keeps_the_latest_frames_correctable()
    {
        var retention = new MemoryRetention(new MemoryRules(), 100, reverse: true, history: 2);
        var all = Enumerable.Range(0, 200).ToList();
        Assert.Equal([99, 100, 101], all.Where(retention.KeepsMask));
        Assert.Equal([99, 100, 101, 102, 103, 104, 105, 106, 107], all.Where(retention.KeepsMemory));
    }

    [Fact]
    public void Prompts_beyond_a_cap_are_let_go_once_passed()
    {
        int[] prompted = [.. Enumerable.Range(0, 40).Select(i => i * 100)];
        var retention = new MemoryRetention(new MemoryRules { MaxCondFrames = 4 }, 3000, reverse: false, history: 0);
        Assert.Equal([2500, 2600, 2700, 2800, 2900, 3000, 3100], retention.KeptConditioning(prompted).Take(7));
        var uncapped = new MemoryRetention(new MemoryRules(), 3000, reverse: false, history: 0);
        Assert.Equal(prompted, uncapped.KeptConditioning(prompted));
    }

    private static bool ReadsTheSame(Walk walk)
    {
        var order = Enumerable.Range(0, walk.Frames).ToList();
        if (walk.Reverse) order.Reverse();

        var everything = new HashSet<int>();
        var memories = new HashSet<int>();
        var pointers = new HashSet<int>();
        IReadOnlyList<int> conditioning = walk.Prompted;
        for (var step = 0; step < order.Count; step++)
        {
            var frame = order[step];
            if (!walk.Prompted.Contains(frame))
            {
                if (!PlansAgree(frame)) return false;
                everything.Add(frame);
                memories.Add(frame);
                pointers.Add(frame);
            }
            var retention = new MemoryRetention(walk.Rules, frame, walk.Reverse, walk.History);
            memories.RemoveWhere(f => !retention.KeepsMemory(f));
            pointers.RemoveWhere(f => !retention.KeepsPointer(f));
            conditioning = retention.KeptConditioning(conditioning);

            // A correction of one of the latest frames reads what that frame read.
            if (walk.LookBack > 0 && step - walk.LookBack + 1 >= 0 && !PlansAgree(order[step - walk.LookBack + 1])) return false;
        }
        return true;

        bool PlansAgree(int frame)
        {
            var full = MemorySelection.Plan(frame, walk.Reverse, walk.Prompted, everything.Contains, everything.Contains, walk.Rules);
            var kept = MemorySelection.Plan(frame, walk.Reverse, conditioning, memories.Contains, pointers.Contains, walk.Rules);
            return full.Spatial.SequenceEqual(kept.Spatial) && full.Pointers.SequenceEqual(kept.Pointers);
        }
    }
}
