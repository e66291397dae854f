using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Testing;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>
/// From prompt vectors to masks of the video's size, against a recorded run of the official code, which tracks one object at a time
/// and holds all frames; here all objects of the answer share one walk over a stream.
/// </summary>
public sealed class EndToEndMaskTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases() =>
        from folder in Golden.Folders("sa2va", "end_to_end_internvl")
        from variant in (string[])["bf16mem", "fp32mem"]
        select new TheoryDataRow<string, string>(folder, variant);

    [Fact]
    public void Frames_are_prepared_for_the_tracker_as_recorded()
    {
        foreach (var folder in Golden.Folders("sa2va", "end_to_end_internvl"))
        {
            using var golden = Golden.Open(folder);
            using var scope = NewDisposeScope();
            var pixels = ImageNormalizer.Sa2va.Normalize(golden["sam_frames_uint8"].narrow(0, 0, 1))[0];
            const string Recorded = "sam_frame0_preprocessed_rows0to15";
            golden.AssertClose(Recorded, pixels.narrow(1, 0, golden[Recorded].size(1)), 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Masks_of_every_segmentation_token_are_the_recorded_ones(string folder, string variant)
    {
        using var run = new EndToEndCase(folder);
        using var scope = NewDisposeScope();
        var (golden, protocol) = (run.Golden, new Sa2vaProtocol());
        var (frames, height, width) = (run.Integer("num_frames"), run.Integer("original_height"), run.Integer("original_width"));
        var options = protocol.Configure(new TrackerOptions { MemoryDtype = variant == "fp32mem" ? float32 : bfloat16, FrameCount = frames });
        using var tracker = new VideoTracker(run.Network.Sam2, options, height, width);
        var prompts = golden["seg_projected"];
        var keyFrames = protocol.KeyFrames(frames, run.KeyFrames);

        var recorded = Enumerable.Range(0, (int)prompts.size(0)).Select(_ => new Recorded()).ToArray();
        foreach (var frame in keyFrames)
        {
            using var features = Features(run, frame);
            for (var seg = 0; seg < recorded.Length; seg++)
            {
                using var masks = protocol.Prompt(tracker, frame, features, seg, prompts[seg].ToArray<float>());
                recorded[seg].KeyScores.Add(masks.ObjectScoreLogits.narrow(0, seg, 1).clone());
            }
        }

        for (var frame = 0; frame < frames; frame++)
        {
            using var features = tracker.NeedsFeatures(frame) ? Features(run, frame) : null;
            using var masks = tracker.Track(frame, features);
            for (var seg = 0; seg < recorded.Length; seg++)
                recorded[seg].Add(masks, seg, isTracked: !keyFrames.Contains(frame));
        }

        for (var seg = 0; seg < recorded.Length; seg++)
            recorded[seg].Compare(golden, $"seg{seg}.{variant}.", variant == "fp32mem" ? 5e-4 : 2e-2);
    }

    private static ImageFeatures Features(EndToEndCase run, int frame)
    {
        using var scope = NewDisposeScope();
        return run.Network.Sam2.EncodeImage(ImageNormalizer.Sa2va.Normalize(run.Golden["sam_frames_uint8"].narrow(0, frame, 1)));
    }

    /// <summary>What was recorded of one object.</summary>
    private sealed class Recorded
    {
        private readonly List<Tensor> _lowRes = [];
        private readonly List<Tensor> _trackedScores = [];
        private readonly List<Tensor> _binary = [];
        private readonly List<Tensor> _logits = [];

        public List<Tensor> KeyScores { get; } = [];

        public void Add(FrameMasks masks, int row, bool isTracked)
        {
            _lowRes.Add(masks.LowResLogits.narrow(0, row, 1).clone());
            _logits.Add(masks.VideoLogits()[row].clone());
            _binary.Add(tensor(masks.Binary(row), _logits[^1].shape));
            if (isTracked)
                _trackedScores.Add(masks.ObjectScoreLogits.narrow(0, row, 1).clone());
        }

        public void Compare(GoldenFolder golden, string of, double tolerance)
        {
            golden.AssertClose($"{of}key_frame_object_scores", stack([.. KeyScores]), 1e-4);
            golden.AssertClose($"{of}pred_masks_low_res", cat([.. _lowRes]), tolerance);
            golden.AssertClose($"{of}tracked_object_scores", stack([.. _trackedScores]), tolerance);
            if (golden.Has($"{of}mask_logits_original_size_first_last"))
                golden.AssertClose($"{of}mask_logits_original_size_first_last", stack([_logits[0], _logits[^1]]), tolerance);
            if (golden.Has($"{of}binary_masks_original_size"))
            {
                // A pixel may only differ where its logit is within the tolerance of the threshold.
                var differs = stack([.. _binary]).ne(golden[$"{of}binary_masks_original_size"]);
                var decided = stack([.. _logits]).abs().gt(tolerance);
                TestContext.Current.TestOutputHelper?.WriteLine($"{of}binary_masks_original_size: {differs.sum().item<long>()} of {differs.numel()} pixels differ");
                Assert.Equal(0, differs.logical_and(decided).sum().item<long>());
            }
        }
    }
}
