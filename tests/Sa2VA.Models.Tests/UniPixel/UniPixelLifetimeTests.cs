using Sa2VA.Models.UniPixel;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Tests.UniPixel;

/// <summary>Live tensors are counted for the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(UniPixelLifetimeTests), DisableParallelization = true)]
[Collection(nameof(UniPixelLifetimeTests))]
public sealed class UniPixelLifetimeTests(TinyUniPixel tiny)
{
    [Fact]
    public void Looking_locating_and_asking_leave_no_tensor_behind()
    {
        var model = tiny.Model;
        var frames = TinyUniPixel.Noise(model.Config, 3);
        Ask();
        var before = Tensor.LiveCount;
        for (var i = 0; i < 10; i++) Ask();
        Assert.Equal(before, Tensor.LiveCount);

        void Ask()
        {
            using var clip = model.Look(frames);
            Assert.Single(model.Localize(clip, "[1]", [(1, new PointedObject(0, [1, 1]))]));
            var masks = Enumerable.Repeat(UniPixelModelTests.Mask(column => column < 5), 3);
            Assert.NotEmpty(model.AskAbout(clip, "[1]?", [new RememberedObject(1, [.. masks], 16, 12)], cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings);
            using var unfinished = model.BeginAbout(clip, "[1]?", []);
            model.Step([unfinished]);
        }
    }
}
