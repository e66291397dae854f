using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>Prompt encoder, mask decoder and head wrapper against activations of the official code.</summary>
public sealed class SamHeadsGoldenTests
{
    // float32 against float64 differs by 2.2e-5 in the recordings, one thread against two by 3.1e-5.
    private const double Tolerance = 1e-4;
    private const int RecordedStep = 3;

    public static TheoryData<string> Cases => GoldenSam2.Cases("prompt_and_mask_decoder");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_prompt_matches_before_and_after_a_mask_is_chosen(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var config = Sam2Config.FromJson(golden.Config);
        var heads = new SamHeads(new WeightScope(store), config);

        golden.AssertClose("dense_pe", AsMap(heads.sam_prompt_encoder.DensePositions, config), Tolerance);
        var cases = golden.Config.GetProperty("cases").EnumerateArray().Select(name => name.GetString()!).ToList();
        Assert.NotEmpty(cases);
        foreach (var name in cases)
            CheckCase(golden, heads, config, name);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Boxes_are_encoded_as_recorded(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var encoder = new SamHeads(new WeightScope(store), Sam2Config.FromJson(golden.Config)).sam_prompt_encoder;

        foreach (var name in golden.Names.Where(name => name.StartsWith("encoder_boxes", StringComparison.Ordinal) && name.EndsWith(".sparse_embeddings", StringComparison.Ordinal)))
        {
            var prefix = name[..name.IndexOf('.', StringComparison.Ordinal)];
            // The points' case uses the boxes recorded with the other one.
            var boxes = golden[golden.Has($"{prefix}.boxes") ? $"{prefix}.boxes" : "encoder_boxes_only.boxes"];
            var points = golden.Has($"{prefix}.points") ? new PointTensors(golden[$"{prefix}.points"], golden[$"{prefix}.labels"]) : null;
            golden.AssertClose(name, encoder.Sparse(boxes.size(0), points, boxes), Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mask_becomes_the_output_of_its_frame(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var heads = new SamHeads(new WeightScope(store), Sam2Config.FromJson(golden.Config));

        var masks = golden["mask_as_output.mask_inputs"];
        var index = golden.Has("mask_as_output.image_index") ? golden["mask_as_output.image_index"] : torch.arange(masks.size(0), torch.int64);
        var (embedding, highRes) = Images(golden, index);
        var output = heads.UseMaskAsOutput(embedding, highRes, masks);

        golden.AssertClose("mask_as_output.low_res_masks", output.LowResMasks, Tolerance);
        golden.AssertClose("mask_as_output.ious", output.Ious, Tolerance);
        golden.AssertClose("mask_as_output.obj_ptr", output.ObjPtr, Tolerance);
        golden.AssertClose("mask_as_output.object_score_logits", output.ObjectScoreLogits, Tolerance);
    }

    private static void CheckCase(GoldenFolder golden, SamHeads heads, Sam2Config config, string name)
    {
        using var scope = torch.NewDisposeScope();
        var index = golden[$"{name}.image_index"];
        var (embedding, highRes) = Images(golden, index);
        var points = golden.Has($"{name}.point_coords") ? new PointTensors(golden[$"{name}.point_coords"], golden[$"{name}.point_labels"]) : null;
        var mask = Optional(golden, $"{name}.mask_inputs");
        var language = Optional(golden, $"{name}.language_embd");
        var multimask = golden[$"{name}.multimask_output"].item<bool>();

        golden.AssertClose($"{name}.sparse_embeddings", heads.sam_prompt_encoder.Sparse(index.numel(), points, language: language), Tolerance);
        var all = heads.Decode(embedding, highRes, points, mask, language);
        golden.AssertClose($"{name}.all4_masks", all.Masks, Tolerance);
        golden.AssertClose($"{name}.all4_ious", all.Ious, Tolerance);
        golden.AssertClose($"{name}.mask_tokens_out", all.Tokens, Tolerance);
        golden.AssertClose($"{name}.raw_object_score_logits", all.ObjectScoreLogits, Tolerance);
        if (golden.Has($"{name}.stability_scores"))
            golden.AssertClose($"{name}.stability_scores", MaskCandidates.Stability(all.Masks.narrow(1, 0, 1), config.DynamicMultimaskStabilityDelta), Tolerance);

        // Sa2VA's head leaves absent objects' masks as they are.
        var output = heads.Forward(embedding, highRes, points, mask, language, multimask, blankAbsent: language is null);
        golden.AssertClose($"{name}.low_res_multimasks", output.LowResMultimasks, Tolerance);
        golden.AssertClose($"{name}.ious", output.Ious, Tolerance);
        golden.AssertClose($"{name}.low_res_masks", output.LowResMasks, Tolerance);
        golden.AssertClose($"{name}.obj_ptr", output.ObjPtr, Tolerance);
        golden.AssertClose($"{name}.object_score_logits", output.ObjectScoreLogits, Tolerance);
        var first = output.HighResMasks.narrow(0, 0, 1).slice(2, 0, null, RecordedStep).slice(3, 0, null, RecordedStep);
        golden.AssertClose($"{name}.high_res_masks_first_every{RecordedStep}", first, Tolerance);
        if (golden.Has($"{name}.dense_embeddings"))
            golden.AssertClose($"{name}.dense_embeddings", AsMap(heads.EmbedMaskPrompt(mask!), config), Tolerance);
    }

    private static (Tensor Embedding, HighResFeatures HighRes) Images(GoldenFolder golden, Tensor index)
    {
        var highRes = new HighResFeatures(golden["high_res_s0"].index_select(0, index), golden["high_res_s1"].index_select(0, index));
        return (golden["image_embeddings"].index_select(0, index), highRes);
    }

    private static Tensor? Optional(GoldenFolder golden, string name) => golden.Has(name) ? golden[name] : null;

    // (B, h·w, C) → [B, C, h, w]
    private static Tensor AsMap(Tensor tokens, Sam2Config config) =>
        tokens.transpose(1, 2).reshape(tokens.size(0), -1, config.EmbeddingSize, config.EmbeddingSize);
}
