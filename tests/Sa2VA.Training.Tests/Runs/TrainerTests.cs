using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Runs;

/// <summary>Live tensors are counted for the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(TrainerTests), DisableParallelization = true)]
[Collection(nameof(TrainerTests))]
public sealed class TrainerTests
{
    [Fact]
    public void Updates_leave_no_tensor_behind()
    {
        using var start = new RandomStore(1);
        using var trainer = Tiny.Trainer(start, Tiny.Recipe with { Workers = 2, Lora = new LoraOptions { Rank = 2 }, Precision = TrainingPrecision.Bfloat16 });
        trainer.Step();
        var before = Tensor.LiveCount;
        for (var i = 0; i < 3; i++)
        {
            trainer.Step();
            Assert.Equal(before, Tensor.LiveCount);
        }
    }

    [Fact]
    public void Pictures_with_captions_regions_and_presence_are_learnt()
    {
        using var start = new RandomStore(1);
        var samples = Tiny.Recipe.Samples with { Captions = 1, Presences = 1, Regions = 1, Stills = 1, Descriptions = 0, MaxStride = 1, MaxConditioningGap = 1 };
        using var trainer = new Trainer(
            Tiny.Recipe with { Steps = 40, LearningRate = 4e-3, Samples = samples }, Tiny.Config with { ImageTiles = 1 }, Tiny.Prompts, new OneClip(Tiny.Source.Clip(3)), start);
        var reports = Enumerable.Range(0, 30).Select(_ => trainer.Step().Losses).ToList();
        Assert.True(reports.TakeLast(5).Average(losses => losses["text"]) < 0.6 * reports.Take(5).Average(losses => losses["text"]));
    }

    [Fact]
    public void A_trainer_releases_what_it_made()
    {
        var before = Tensor.LiveCount;
        using (var start = new RandomStore(1))
        {
            using var trainer = Tiny.Trainer(start);
            trainer.Step();
        }

        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void A_clip_that_is_seen_again_and_again_is_learnt()
    {
        using var start = new RandomStore(1);
        var recipe = Tiny.Recipe with { Steps = 60, LearningRate = 4e-3, Samples = Tiny.Recipe.Samples with { Descriptions = 0, MaxStride = 1, MaxConditioningGap = 1 } };
        using var trainer = Tiny.Trainer(start, recipe, new OneClip(Tiny.Source.Clip(3)));
        var reports = Enumerable.Range(0, 45).Select(_ => trainer.Step().Losses).ToList();
        foreach (var (name, share) in new[] { ("text", 0.5), ("ground/mask", 0.8), ("track/mask", 0.8), ("dense/tracker", 0.8) })
        {
            // A step whose questions are about masks alone has no words to learn.
            var told = reports.Where(losses => losses.ContainsKey(name)).Select(losses => losses[name]).ToList();
            var (first, last) = (told.Take(3).Average(), told.TakeLast(3).Average());
            Assert.True(last < first * share, $"{name} fell from {first} to {last}");
        }
    }

    [Fact]
    public void Workers_that_finish_in_any_order_give_the_same_update()
    {
        var recipe = Tiny.Recipe with { Workers = 3 };
        using var start = new RandomStore(1);
        using var trainer = Tiny.Trainer(start, recipe);
        trainer.Step();

        using var fresh = new AuxiliaryWeights(start, recipe.Seed);
        using var parameters = new ParameterStore(fresh, Tiny.Specs(), RecipePlan.Of(recipe, Tiny.Specs(), ScalarType.Float32));
        using var optimizer = new AdamW(parameters, recipe.Optimizer, _ => 1);
        var workers = Enumerable.Range(0, 3).Select(_ => new TrainingWorker(recipe, Tiny.Config, Tiny.Prompts, Tiny.Source, parameters, ScalarType.Float32)).ToArray();
        foreach (var last in (int[])[2, 0, 1])
            workers[last].Learn(last);
        using (torch.NewDisposeScope())
        {
            var sum = workers[0].Replica.Gradients.add_(workers[1].Replica.Gradients).add_(workers[2].Replica.Gradients).div_(3);
            optimizer.Step(parameters.Values, sum, 1, new CosineSchedule(recipe.LearningRate, recipe.LastLearningRate, recipe.WarmUpSteps, recipe.Steps).At(0));
        }

        Assert.Equal(parameters.Values.ToArray<float>(), trainer.Parameters.Values.ToArray<float>());
        foreach (var worker in workers)
            worker.Dispose();
    }

    [Fact]
    public void A_clip_that_cannot_be_read_fails_with_its_own_reason()
    {
        using var start = new RandomStore(1);
        using var trainer = Tiny.Trainer(start, Tiny.Recipe with { Workers = 2 }, new NoClips());
        Assert.Equal("no clip", Assert.Throws<InvalidDataException>(() => trainer.Step()).Message);
    }

    private sealed class OneClip(TrainingClip clip) : IClipSource
    {
        public IReadOnlyList<int> ClassSizes => clip.ClassSizes;

        public TrainingClip Clip(long number) => clip;

        public IEnumerable<string> Texts(int clips) => [];
    }

    private sealed class NoClips : IClipSource
    {
        public IReadOnlyList<int> ClassSizes => [];

        public TrainingClip Clip(long number) => throw new InvalidDataException("no clip");

        public IEnumerable<string> Texts(int clips) => [];
    }
}
