using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>Whole videos tracked as the official predictor tracked them: every recorded tensor of every step.</summary>
public sealed class VideoGoldenTests
{
    /// <summary>
    /// Float32 memory: the recorded values are up to 3e-4 from the same code in float64. Memory rounded to BF16 amplifies the last
    /// bit: noise of 1e-6 on the input moves masks by up to 2e-2, and a memory feature by a BF16 step or two.
    /// </summary>
    private static double MaskTolerance(string variant) => variant == "fp32mem" ? 1e-3 : 3e-2;

    /// <summary>Two objects' logits closer than this are as good as equal: a few times the difference noise of 1e-6 makes.</summary>
    private const double NearTie = 5e-3;

    private static (double Absolute, double Relative) MemoryTolerance(string variant) => variant == "fp32mem" ? (1e-3, 0) : (3e-2, 1.0 / 64);

    public static IEnumerable<TheoryDataRow<string, string, string>> Scenarios => VideoGolden.All();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Tracks_as_the_official_predictor(string folder, string scenarioName, string variant)
    {
        using var golden = Golden.Open(folder);
        var scenario = VideoGolden.Read(golden, scenarioName, variant);
        using var video = GoldenVideo.Open(golden, Sam2Config.FromJson(VideoGolden.Sam2Settings(golden, scenario)));
        var options = new TrackerOptions
        {
            HistoryFrames = int.MaxValue,
            MemoryDtype = variant == "fp32mem" ? ScalarType.Float32 : ScalarType.BFloat16,
            FrameCount = video.Count,
        };
        using var tracker = new VideoTracker(video.Model, options, golden.Config.GetProperty("video_height").GetInt32(), golden.Config.GetProperty("video_width").GetInt32());

        var compared = 0;
        for (var k = 0; k < scenario.Steps.Count; k++)
        {
            var step = scenario.Steps[k];
            var prefix = $"{scenario.Prefix}step{k}.";
            if (step.Op == "propagate")
            {
                compared += Propagate(golden, video, tracker, step, prefix, variant);
                compared += CompareState(golden, tracker, prefix, variant);
            }
            else
            {
                using var masks = Prompt(golden, video, tracker, step, prefix);
                compared += CompareVideoMasks(golden, masks, $"{prefix}video_res_masks", variant, video.Model.Config.NonOverlapMasks);
            }
        }
        Assert.Equal(golden.Names.Count(name => name.StartsWith(scenario.Prefix, StringComparison.Ordinal) && !name.EndsWith(".mask", StringComparison.Ordinal)), compared);
    }

    private static FrameMasks Prompt(GoldenFolder golden, GoldenVideo video, VideoTracker tracker, ScenarioStep step, string prefix)
    {
        var features = video.Features(step.Frame);
        if (step.Op != "mask") return tracker.AddPoints(step.Frame, features, step.Obj, step.Prompt(), step.ClearOldPoints);
        // A mask is recorded once, with the bf16mem variant.
        var name = $"{prefix}mask";
        return tracker.AddMask(step.Frame, features, step.Obj, golden[golden.Has(name) ? name : name.Replace(".fp32mem.", ".bf16mem.", StringComparison.Ordinal)]);
    }

    private static int Propagate(GoldenFolder golden, GoldenVideo video, VideoTracker tracker, ScenarioStep step, string prefix, string variant)
    {
        var start = step.Start ?? tracker.ObjectIds.SelectMany(tracker.ConditioningFrames).Min();
        var limit = step.Max ?? video.Count;
        var order = step.Reverse
            ? Enumerable.Range(0, start == 0 ? 0 : start - Math.Max(start - limit, 0) + 1).Select(back => start - back).ToList()
            : Enumerable.Range(start, Math.Min(start + limit, video.Count - 1) - start + 1).ToList();

        var compared = 0;
        tracker.BeginPropagation();
        foreach (var frame in order)
        {
            using var masks = tracker.Track(frame, tracker.NeedsFeatures(frame) ? video.Features(frame) : null, step.Reverse);
            Assert.Equal(frame, masks.Frame);
            compared += CompareVideoMasks(golden, masks, $"{prefix}frame{frame}.video_res_masks", variant, video.Model.Config.NonOverlapMasks);
        }
        if (!golden.Has($"{prefix}frames_in_order")) return compared;
        Assert.Equal(golden[$"{prefix}frames_in_order"].ToArray<long>(), order.Select(frame => (long)frame));
        Assert.Equal(golden[$"{prefix}obj_ids"].ToArray<long>(), tracker.ObjectIds.Select(id => (long)id));
        return compared + 2;
    }

    private static int CompareVideoMasks(GoldenFolder golden, FrameMasks masks, string name, string variant, bool nonOverlap)
    {
        if (!golden.Has(name)) return 0;
        using var scope = NewDisposeScope();
        var logits = masks.VideoLogits();
        var expected = golden[name];
        if (nonOverlap) expected = where(Decided(masks, logits), expected, logits);
        golden.AssertClose(name, expected, logits, MaskTolerance(variant));
        for (var row = 0; row < masks.ObjectIds.Count; row++)
            Assert.Equal(logits[row].gt(0).ToArray<byte>(), masks.Binary(row));
        return 1;
    }

    /// <summary>
    /// Pixels [1, H, W] where one object is clearly ahead. Elsewhere two objects' logits are as good as equal, and the last bit of
    /// either decides which of them keeps the pixel; that cannot be compared.
    /// </summary>
    private static Tensor Decided(FrameMasks masks, Tensor logits)
    {
        var best = F.interpolate(masks.LowResLogits, logits.size(1), logits.size(2)).squeeze(1).topk(2, 0).Values;
        var decided = (best[0] - best[1]).gt(NearTie).unsqueeze(0);
        Assert.True(decided.to(ScalarType.Float32).mean().item<float>() > 0.8, "most pixels must be compared");
        return decided;
    }

    /// <summary>What the official predictor remembers after a walk, against what ours saves.</summary>
    private static int CompareState(GoldenFolder golden, VideoTracker tracker, string prefix, string variant)
    {
        using var folder = new TemporaryFolder();
        tracker.Save(folder.File("state"));
        using var scope = NewDisposeScope();
        var state = new SavedState(SafetensorsTensors.Load(folder.File("state")));

        var compared = 0;
        foreach (var id in tracker.ObjectIds)
        {
            var of = $"{prefix}obj{id}.";
            if (!golden.Has($"{of}frames")) continue;
            var frames = state.Frames(id);
            Assert.Equal(golden[$"{of}frames"].ToArray<long>(), frames.Select(frame => (long)frame));
            Assert.Equal(golden[$"{of}cond_frames"].ToArray<long>().Order(), tracker.ConditioningFrames(id).Select(frame => (long)frame).Order());
            compared += 2;

            void Compare(string recorded, string part, Func<Tensor, Tensor> shaped, double absolute, double relative = 0, int every = 1)
            {
                if (!golden.Has(of + recorded)) return;
                golden.AssertClose(of + recorded, stack([.. frames.Where((_, i) => i % every == 0).Select(frame => shaped(state.Part(id, frame, part)))]), absolute, relative);
                compared++;
            }

            var (absolute, relative) = MemoryTolerance(variant);
            Compare("pred_masks", "mask", mask => mask[0][0], MaskTolerance(variant));
            Compare("pred_masks_every4", "mask", mask => mask[0][0], MaskTolerance(variant), every: 4);
            Compare("obj_ptr", "pointer", pointer => pointer[0], MaskTolerance(variant));
            Compare("object_score_logits", "score", score => score[0][0], MaskTolerance(variant));
            Compare("maskmem_features", "memory", memory => memory[0], absolute, relative);
        }
        return compared;
    }
}
