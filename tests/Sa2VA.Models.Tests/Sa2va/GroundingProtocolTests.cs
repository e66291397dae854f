using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Tests.Sa2va;

public sealed class GroundingProtocolTests
{
    private const int Height = 48;
    private const int Width = 72;
    private const int Frames = 8;

    [Fact]
    public void Sa2va_i_prompts_an_untouched_tracker_with_masks_decoded_apart()
    {
        using var tiny = new TinySa2va("tiny-i");
        using var scope = NewDisposeScope();
        var (model, modified) = (tiny.Model.Sam2, tiny.Model.ModifiedDecoder!);
        var protocol = new Sa2vaIProtocol();
        var embedding = Embedding(tiny);
        var keyFrames = protocol.KeyFrames(Frames, 3);
        Assert.Equal([0, 3, 7], keyFrames);

        using var byProtocol = new VideoTracker(model, protocol.Configure(Options), Height, Width);
        using var byHand = new VideoTracker(model, Options with { VideoSizeViaModelSize = true, BlankAbsentMasks = true }, Height, Width);
        foreach (var frame in keyFrames)
        {
            using var features = Features(tiny, frame);
            using var shown = protocol.Prompt(byProtocol, frame, features, 1, embedding, modified);

            // The head as in training: two padding points and the vector, the other decoder, the best of three, no blanking.
            var raw = model.Heads.Decode(model.WithoutMemory(features.Fpn2), features.HighRes(modified), null, null, tensor(embedding, [1, 1, embedding.Length]), modified);
            var (masks, ious) = raw.Ambiguous();
            var best = masks[0][ious[0].argmax(-1).item<long>()].unsqueeze(0).unsqueeze(0);
            var mask = F.interpolate(best, Height, Width).sigmoid().gt(0.5).squeeze(0).squeeze(0);
            Assert.True(mask.eq(Sa2vaIProtocol.Decode(model, modified, features, embedding, Height, Width)).all().item<bool>());
            byHand.AddMask(frame, features, 1, mask).Dispose();
        }

        for (var frame = 0; frame < Frames; frame++)
        {
            using var features = Features(tiny, frame);
            using var expected = byHand.Track(frame, features);
            using var actual = byProtocol.Track(frame, features);
            Assert.Equal(expected.LowResLogits.ToArray<float>(), actual.LowResLogits.ToArray<float>());
            Assert.Equal(expected.Binary(0), actual.Binary(0));
            if (keyFrames.Contains(frame))
                Assert.All(actual.LowResLogits.ToArray<float>(), logit => Assert.InRange(logit, -10, 10));
        }
    }

    [Fact]
    public void The_fine_tuned_decoder_reads_sentences_where_there_is_one()
    {
        using var tiny = new TinySa2va("tiny-i");
        using var scope = NewDisposeScope();
        using var features = Features(tiny, 0);
        var embedding = Embedding(tiny);
        Assert.NotEqual(First(null), First(tiny.Model.ModifiedDecoder));

        float[] First(Sam2MaskDecoder? decoder)
        {
            var protocol = new Sa2vaProtocol();
            using var tracker = new VideoTracker(tiny.Model.Sam2, protocol.Configure(Options), Height, Width);
            using var masks = protocol.Prompt(tracker, 0, features, 1, embedding, decoder);
            return masks.LowResLogits.ToArray<float>();
        }
    }

    [Fact]
    public void Only_Sa2va_i_blanks_what_the_score_calls_absent()
    {
        using var tiny = new TinySa2va();
        using var scope = NewDisposeScope();
        const string ScoreBias = "grounding_encoder.sam2_model.sam_mask_decoder.pred_obj_score_head.layers.2.bias";
        tiny.Store.Get(ScoreBias, [1], default, null).fill_(-1000);
        foreach (var protocol in (IGroundingProtocol[])[new Sa2vaProtocol(), new Sa2vaIProtocol()])
        {
            using var tracker = new VideoTracker(tiny.Model.Sam2, protocol.Configure(Options), Height, Width);
            using (var features = Features(tiny, 0))
                protocol.Prompt(tracker, 0, features, 1, Embedding(tiny)).Dispose();
            for (var frame = 1; frame < Frames; frame++)
            {
                using var features = Features(tiny, frame);
                using var masks = tracker.Track(frame, features);
                Assert.True(masks.ObjectScoreLogits.item<float>() < 0);
                Assert.Equal(protocol is Sa2vaIProtocol, masks.LowResLogits.eq(SamHeads.AbsentLogit).all().item<bool>());
            }
        }
    }

    private static TrackerOptions Options { get; } = new() { FrameCount = Frames };

    internal static float[] Embedding(TinySa2va tiny)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, tiny.Config.Tracker.HiddenDim).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    internal static ImageFeatures Features(TinySa2va tiny, int frame)
    {
        using var scope = NewDisposeScope();
        var side = tiny.Config.Tracker.ImageSize;
        var pixels = new byte[side * side * 3];
        new Random(frame).NextBytes(pixels);
        return tiny.Model.Sam2.EncodeImage(ImageNormalizer.Sa2va.Normalize(pixels, side, side));
    }
}
