using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Tests.Sa2va;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Tests.DeSa2va;

/// <summary>The decoupled head against its definition on the decoders' raw output, and the folders that have it.</summary>
public sealed class DeSa2vaTests : IDisposable
{
    private const int Height = 48;
    private const int Width = 72;
    private const string Tracker = "grounding_encoder.sam2_model";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_parts_of_a_vector_are_decoded_and_their_mean_prompts_the_tracker(bool selfFeedback)
    {
        using var tiny = new TinySa2va("tiny-desa2va");
        using var scope = NewDisposeScope();
        using var features = GroundingProtocolTests.Features(tiny, 2);
        var (model, head, embedding) = (tiny.Model.Sam2, tiny.Model.Decoupled!, GroundingProtocolTests.Embedding(tiny));

        var fused = Mean(null);
        if (selfFeedback) fused = Mean(fused.clamp(-32, 32));
        Assert.Equal(fused.ToArray<float>(), head.Decode(model, model.sam_mask_decoder, features, embedding, selfFeedback).ToArray<float>());

        foreach (var inner in (IGroundingProtocol[])[new Sa2vaIProtocol(), new Sa2vaProtocol()])
        {
            var protocol = new DeSa2vaProtocol(inner, head);
            Assert.Equal(inner.Name, protocol.Name);
            Assert.Equal(inner.KeyFrames(9, 3), protocol.KeyFrames(9, 3));
            var options = new TrackerOptions { FrameCount = 4, SelfFeedback = selfFeedback };
            using var tracker = new VideoTracker(model, protocol.Configure(options), Height, Width);
            using var byHand = new VideoTracker(model, inner.Configure(options), Height, Width);
            using var shown = protocol.Prompt(tracker, 0, features, 1, embedding);
            using var expected = byHand.AddMask(0, features, 1, F.interpolate(fused, Height, Width).gt(0).squeeze(0).squeeze(0));
            Assert.Equal(expected.LowResLogits.ToArray<float>(), shown.LowResLogits.ToArray<float>());
        }

        Tensor Mean(Tensor? dense) => (Branch("visual_proj", model.sam_mask_decoder, dense) + Branch("text_proj", head.TextDecoder, dense)) / 2;

        Tensor Branch(string name, Sam2MaskDecoder decoder, Tensor? dense)
        {
            var width = embedding.Length;
            var (matrix, bias) = (tiny.Store.Get($"desa2va.{name}.weight", [width, width], default, null), tiny.Store.Get($"desa2va.{name}.bias", [width], default, null));
            var prompt = F.linear(tensor(embedding, [1, width]), matrix, bias).unsqueeze(1);
            var (masks, ious) = model.Heads.Decode(model.WithoutMemory(features.Fpn2), features.HighRes(decoder), null, dense, prompt, decoder).Ambiguous();
            return masks[0][ious[0].argmax(-1).item<long>()].unsqueeze(0).unsqueeze(0).contiguous();
        }
    }

    [Fact]
    public void The_largest_of_both_is_the_other_fusion()
    {
        using var tiny = new TinySa2va("tiny-desa2va");
        using var scope = NewDisposeScope();
        var (a, b) = (tensor([1f, -2, 3, 0.5f], [1, 1, 2, 2]), tensor([0f, 4, -3, 0.5f], [1, 1, 2, 2]));
        Assert.Equal([0.5f, 1, 0, 0.5f], tiny.Model.Decoupled!.Fuse(a, b).ToArray<float>());
        var largest = new DecoupledHead(new(tiny.Store, "other"), new(tiny.Store, Tracker), tiny.Config.Tracker, new DecoupledConfig { Fusion = MaskFusion.Max });
        Assert.Equal([1, 4, 3, 0.5f], largest.Fuse(a, b).ToArray<float>());
    }

    [Fact]
    public void A_folder_is_told_by_its_config_and_a_plain_one_is_a_Sa2VA()
    {
        using (var tiny = new TinySa2va("tiny-desa2va")) tiny.Save(_folder.FullPath);
        using (var loaded = Sa2vaModel.Load(_folder.FullPath, Device.CPU)) Assert.NotNull(loaded.Decoupled);
        Assert.Contains("DeSa2VA over InternVL", ModelInspector.Inspect(_folder.FullPath).Title, StringComparison.Ordinal);

        var config = File.ReadAllText(_folder.File("config.json"));
        File.WriteAllText(_folder.File("config.json"), config.Replace("\"mean\"", "\"sum\"", StringComparison.Ordinal));
        Assert.Contains("'mean' or 'max'", Assert.Throws<ModelFolderException>(() => Sa2vaModel.Load(_folder.FullPath, Device.CPU)).Message, StringComparison.Ordinal);

        using var plain = new TemporaryFolder();
        using (var tiny = new TinySa2va()) tiny.Save(plain.FullPath);
        using (var loaded = Sa2vaModel.Load(plain.FullPath, Device.CPU)) Assert.Null(loaded.Decoupled);
        File.WriteAllText(plain.File("config.json"), config);
        Assert.Contains("desa2va.visual_proj", Assert.Throws<ModelFolderException>(() => Sa2vaModel.Load(plain.FullPath, Device.CPU)).Message, StringComparison.Ordinal);
    }
}
