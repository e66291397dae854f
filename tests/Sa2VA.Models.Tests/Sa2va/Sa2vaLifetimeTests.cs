using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>Live tensors are counted for the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Sa2vaLifetimeTests), DisableParallelization = true)]
[Collection(nameof(Sa2vaLifetimeTests))]
public sealed class Sa2vaLifetimeTests
{
    [Fact]
    public void Looking_and_asking_leave_no_tensor_behind()
    {
        using var tiny = new TinySa2va();
        using var prefix = tiny.Model.EncodeFrames(tiny.Frames(1));
        tiny.AnswerWithSegmentation(prefix, "the cat");
        var before = Tensor.LiveCount;
        for (var i = 0; i < 20; i++)
        {
            Assert.NotEmpty(tiny.Model.Ask(prefix, "the cat", new AskOptions { MaxNewTokens = 6 }).SegEmbeddings);
            tiny.Model.EncodeFrames(tiny.Frames(1)).Dispose();
        }

        foreach (var unfinished in new[] { false, true })
        {
            var prefixes = tiny.Model.EncodeFrames([tiny.Frames(1), tiny.Frames(2)], framesAtOnce: 2);
            var pending = prefixes.Select(one => tiny.Model.Begin(one, "the cat", new AskOptions { MaxNewTokens = 6 })).ToList();
            foreach (var one in prefixes) one.Dispose();
            for (var step = 0; step < (unfinished ? 2 : 8); step++) tiny.Model.Step(pending);
            Assert.Equal(unfinished, pending.Exists(answer => answer.Answer is null));
            pending.ForEach(answer => answer.Dispose());
        }

        Assert.Equal(before, Tensor.LiveCount);
    }
}
