using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>An object's numbers must not depend on who is tracked beside it, to the bit: a resumed or re-grouped run has to write the same masks.</summary>
public sealed class BatchInvarianceTests
{
    private const int Objects = 3;

    [Fact]
    public void Attention_to_memory_gives_each_object_the_bits_it_gets_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var feature = tiny.Feature(3);
        // Different amounts of memory: the second object is new.
        var memories = new[] { tiny.Remember(1, frames: 3, pointers: 3), tiny.Remember(20, frames: 1, pointers: 1), tiny.Remember(40, frames: 3, pointers: 3) };
        var together = tiny.Model.AttendToMemory(feature, memories);
        for (var i = 0; i < memories.Length; i++)
            MemoryReaderTests.AssertBits(tiny.Model.AttendToMemory(feature, [memories[i]]), together.narrow(0, i, 1));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("points")]
    [InlineData("mask")]
    [InlineData("language")]
    public void Decoding_gives_each_object_the_bits_it_gets_alone(string prompt)
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2(config => config.WithVideoPostprocessing());
        var size = tiny.Config.ImageSize;
        var embedding = TinySam2.Random(1, Objects, tiny.Config.HiddenDim, tiny.Config.EmbeddingSize, tiny.Config.EmbeddingSize);
        var highRes = tiny.HighRes(2);
        var points = prompt == "points" ? new PointTensors(torch.rand([Objects, 3, 2]) * size, torch.tensor([1, 0, 1, 2, 3, -1, 1, 1, 0], [Objects, 3])) : null;
        var mask = prompt == "mask" ? TinySam2.Random(5, Objects, 1, size, size).gt(0).to(torch.float32) : null;
        var language = prompt == "language" ? TinySam2.Random(6, Objects, 2, tiny.Config.HiddenDim) : null;
        var multimask = prompt is "nothing" or "language";

        var together = tiny.Model.ForwardSamHeads(embedding, highRes, points, mask, language, multimask);
        for (var i = 0; i < Objects; i++)
        {
            var one = points is null ? null : new PointTensors(points.Coordinates.narrow(0, i, 1), points.Labels.narrow(0, i, 1));
            var alone = tiny.Model.ForwardSamHeads(
                embedding.narrow(0, i, 1), highRes, one, mask?.narrow(0, i, 1), language?.narrow(0, i, 1), multimask);
            AssertRow(together, i, alone);
        }
    }

    [Fact]
    public void A_mask_as_output_gives_each_object_the_bits_it_gets_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var masks = TinySam2.Random(5, Objects, 1, tiny.Config.ImageSize, tiny.Config.ImageSize).gt(0.5).to(torch.float32);
        var (feature, highRes) = (tiny.Feature(1), tiny.HighRes(2));
        var together = tiny.Model.Heads.UseMaskAsOutput(feature, highRes, masks);
        for (var i = 0; i < Objects; i++)
            AssertRow(together, i, tiny.Model.Heads.UseMaskAsOutput(feature, highRes, masks.narrow(0, i, 1)));
    }

    [Fact]
    public void Encoding_memory_gives_each_object_the_bits_it_gets_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var feature = tiny.Feature(1);
        var masks = TinySam2.Random(5, Objects, 1, tiny.Config.ImageSize, tiny.Config.ImageSize) * 10;
        var scores = torch.tensor([1f, -1f, 2f], [Objects, 1]);
        var together = tiny.Model.EncodeMemory(feature, masks, scores, isMaskFromPoints: false);
        for (var i = 0; i < Objects; i++)
            MemoryReaderTests.AssertBits(tiny.Model.EncodeMemory(feature, masks.narrow(0, i, 1), scores.narrow(0, i, 1), isMaskFromPoints: false), together.narrow(0, i, 1));
    }

    [Fact]
    public void Encoding_frames_together_gives_each_the_bits_it_gets_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var images = TinySam2.Random(5, Objects, 3, tiny.Config.ImageSize, tiny.Config.ImageSize);
        using var together = tiny.Model.EncodeImage(images);
        for (var i = 0; i < Objects; i++)
        {
            using var alone = tiny.Model.EncodeImage(images.narrow(0, i, 1));
            using var row = together.Row(i);
            MemoryReaderTests.AssertBits(alone.Fpn0, row.Fpn0);
            MemoryReaderTests.AssertBits(alone.Fpn1, row.Fpn1);
            MemoryReaderTests.AssertBits(alone.Fpn2, row.Fpn2);
        }
    }

    private static void AssertRow(HeadOutput together, int row, HeadOutput alone)
    {
        MemoryReaderTests.AssertBits(alone.LowResMultimasks, together.LowResMultimasks.narrow(0, row, 1));
        MemoryReaderTests.AssertBits(alone.Ious, together.Ious.narrow(0, row, 1));
        MemoryReaderTests.AssertBits(alone.LowResMasks, together.LowResMasks.narrow(0, row, 1));
        MemoryReaderTests.AssertBits(alone.HighResMasks, together.HighResMasks.narrow(0, row, 1));
        MemoryReaderTests.AssertBits(alone.ObjPtr, together.ObjPtr.narrow(0, row, 1));
        MemoryReaderTests.AssertBits(alone.ObjectScoreLogits, together.ObjectScoreLogits.narrow(0, row, 1));
    }
}
