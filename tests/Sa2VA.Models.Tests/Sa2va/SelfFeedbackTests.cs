using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>The switch of both protocols against the steps of the paper taken one by one on the decoder's raw output.</summary>
public sealed class SelfFeedbackTests
{
    private const int Height = 48;
    private const int Width = 72;

    [Theory]
    [InlineData("tiny")]
    [InlineData("tiny-i")]
    public void The_first_mask_goes_back_once_beside_the_same_prompt(string preset)
    {
        using var tiny = new TinySa2va(preset);
        using var scope = NewDisposeScope();
        using var features = GroundingProtocolTests.Features(tiny, 3);
        var (model, decoder) = (tiny.Model.Sam2, tiny.Model.ModifiedDecoder);
        var embedding = GroundingProtocolTests.Embedding(tiny);
        var (first, refined) = Refine(model, decoder ?? model.sam_mask_decoder, features, embedding);

        Assert.Equal(Mask(first), Sa2vaIProtocol.Decode(model, decoder, features, embedding, Height, Width).ToArray<bool>());
        Assert.Equal(Mask(refined), Sa2vaIProtocol.Decode(model, decoder, features, embedding, Height, Width, selfFeedback: true).ToArray<bool>());
        foreach (var isOn in (bool[])[false, true])
        {
            using var tracker = Tracker(new Sa2vaProtocol(), model, isOn);
            using var masks = new Sa2vaProtocol().Prompt(tracker, 0, features, 1, embedding, decoder);
            Assert.Equal((isOn ? refined : first).ToArray<float>(), masks.LowResLogits.ToArray<float>());

            using var improved = Tracker(new Sa2vaIProtocol(), model, isOn);
            using var given = new Sa2vaIProtocol().Prompt(improved, 0, features, 1, embedding, decoder);
            using var byHand = Tracker(new Sa2vaIProtocol(), model, isOn: false);
            using var expected = byHand.AddMask(0, features, 1, tensor(Mask(isOn ? refined : first), [Height, Width]));
            Assert.Equal(expected.LowResLogits.ToArray<float>(), given.LowResLogits.ToArray<float>());
        }

        Assert.NotEqual(first.ToArray<float>(), refined.ToArray<float>());
    }

    /// <summary>The likeliest of the candidates, then the same with it as the dense prompt.</summary>
    private static (Tensor First, Tensor Refined) Refine(Sam2Model model, Sam2MaskDecoder decoder, ImageFeatures features, float[] embedding)
    {
        var first = Best(model.Heads.Decode(model.WithoutMemory(features.Fpn2), features.HighRes(decoder), null, null, Prompt(), decoder));
        var dense = first.clamp(-32, 32);
        return (first, Best(model.Heads.Decode(model.WithoutMemory(features.Fpn2), features.HighRes(decoder), null, dense, Prompt(), decoder)));

        Tensor Prompt() => tensor(embedding, [1, 1, embedding.Length]);

        static Tensor Best(MaskCandidates candidates)
        {
            var (masks, ious) = candidates.Ambiguous();
            return masks[0][ious[0].argmax(-1).item<long>()].unsqueeze(0).unsqueeze(0).contiguous();
        }
    }

    private static bool[] Mask(Tensor lowRes) => F.interpolate(lowRes, Height, Width).gt(0).ToArray<bool>();

    private static VideoTracker Tracker(IGroundingProtocol protocol, Sam2Model model, bool isOn) =>
        new(model, protocol.Configure(new TrackerOptions { FrameCount = 4, SelfFeedback = isOn }), Height, Width);
}
