using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>Memory encoder and memory attention against activations of the official code.</summary>
public sealed class MemoryGoldenTests
{
    // float32 against float64 differs by 2.6e-6 in the encoder's recordings and by 1.3e-5 in those of the attention.
    private const double EncoderTolerance = 1.5e-5;
    private const double AttentionTolerance = 5e-5;

    public static TheoryData<string> Encoders => GoldenSam2.Cases("memory_encoder");

    public static TheoryData<string> Attentions => GoldenSam2.Cases("memory_attention");

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Memories_of_visible_and_absent_objects_match(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var writer = new MemoryWriter(new WeightScope(store), Sam2Config.FromJson(golden.Config));
        store.ThrowIfSurplus();

        var (features, masks, scores) = (golden["pix_feat"], golden["mask_logits_high_res"], golden["object_score_logits"]);
        var scaled = writer.Scale(masks, isMaskFromPoints: false);
        golden.AssertClose("intermediate.mask_for_mem", scaled, EncoderTolerance);
        golden.AssertClose("intermediate.mask_downsampler", writer.memory_encoder.DownSample(scaled), EncoderTolerance);

        var memory = writer.Encode(features, masks, scores, isMaskFromPoints: false);
        golden.AssertClose("sigmoid.maskmem_features", memory, EncoderTolerance);
        // A tiny difference can fall on the other side of a rounding: one step of bfloat16.
        golden.AssertClose("sigmoid.maskmem_features_bf16", memory.to(torch.bfloat16), EncoderTolerance, relative: 1.0 / 128);
        golden.AssertClose("binarized_from_points.maskmem_features", writer.Encode(features, masks, scores, isMaskFromPoints: true), EncoderTolerance);
        golden.AssertClose("maskmem_pos_enc", writer.memory_encoder.position_encoding.Map(memory.size(2), memory.size(3)), EncoderTolerance);
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Attention_matches_with_and_without_pointers(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var attention = new MemoryAttention(new WeightScope(store, "memory_attention"), Sam2Config.FromJson(golden.Config).MemoryAttention);
        store.ThrowIfSurplus();

        var table = attention.layers[0].cross_attn_image.TableOf(golden["curr"].size(0)).squeeze(1);
        golden.AssertClose("rope_cos", Dispatcher.Call("aten::real", "", table), AttentionTolerance);
        golden.AssertClose("rope_sin", Dispatcher.Call("aten::imag", "", table), AttentionTolerance);

        var cases = golden.Prefixes(".memory");
        Assert.NotEmpty(cases);
        foreach (var name in cases)
        {
            var output = attention.forward(
                golden["curr"], golden[$"{name}.memory"], golden["curr_pos"], golden[$"{name}.memory_pos"], golden[$"{name}.num_obj_ptr_tokens"].item<long>(),
                (layer, tensor) => golden.AssertClose($"{name}.{layer}_output_batch_first", tensor, AttentionTolerance));
            golden.AssertClose($"{name}.output", output, AttentionTolerance);
        }
    }
}
