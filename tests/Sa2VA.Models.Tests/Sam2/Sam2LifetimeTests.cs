using Sa2VA.Tensors;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>Live tensors are counted for the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Sam2LifetimeTests), DisableParallelization = true)]
[Collection(nameof(Sam2LifetimeTests))]
public sealed class Sam2LifetimeTests
{
    [Fact]
    public void A_frame_can_be_tracked_a_hundred_times_without_leaving_a_tensor_behind()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var image = TinySam2.Random(1, 1, 3, tiny.Config.ImageSize, tiny.Config.ImageSize);
        Step();
        var before = Tensor.LiveCount;
        for (var i = 0; i < 100; i++)
            Step();
        Assert.Equal(before, Tensor.LiveCount);

        void Step()
        {
            using var inner = torch.NewDisposeScope();
            using var features = tiny.Model.EncodeImage(image);
            var output = tiny.Model.ForwardSamHeads(
                tiny.Model.WithoutMemory(features.Fpn2), features.HighRes(tiny.Model.sam_mask_decoder), null, null, null, multimask: true);
            tiny.Model.EncodeMemory(features.Fpn2, output.HighResMasks, output.ObjectScoreLogits, isMaskFromPoints: false);
            tiny.Model.UseMaskAsOutput(features, output.HighResMasks.gt(0).to(torch.float32));
        }
    }

    [Fact]
    public void Reading_memory_many_times_leaves_no_tensor_behind()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var (feature, memory) = (tiny.Feature(3), tiny.Remember(seed: 1, frames: 3, pointers: 2));
        tiny.Model.AttendToMemory(feature, [memory, memory], 16).Dispose();
        var before = Tensor.LiveCount;
        for (var i = 0; i < 100; i++)
            tiny.Model.AttendToMemory(feature, [memory, memory], 16).Dispose();
        Assert.Equal(before, Tensor.LiveCount);
    }
}
