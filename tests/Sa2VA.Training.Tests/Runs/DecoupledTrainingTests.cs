using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Training.Data;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Runs;

/// <summary>DeSa2VA's head learns: what is seen, what is said, both together, and to keep the two apart.</summary>
public sealed class DecoupledTrainingTests
{
    [Fact]
    public void A_clip_that_is_seen_again_and_again_is_learnt_by_both_decoders()
    {
        using var start = new RandomStore(1);
        var recipe = Tiny.Recipe with
        {
            Steps = 50, LearningRate = 4e-3, Losses = new LossWeights { Mask = 5, Dice = 1, Iou = 0.2, Orthogonality = 1 },
            Samples = Tiny.Recipe.Samples with { TrackedFrames = 1, Descriptions = 0, MaxStride = 1, MaxConditioningGap = 1 },
        };
        using var trainer = new Trainer(recipe, Tiny.Config with { Decoupled = new DecoupledConfig() }, Tiny.Prompts, new OneClip(Tiny.Source.Clip(3)), start);
        var reports = Enumerable.Range(0, 36).Select(_ => trainer.Step().Losses).ToList();
        foreach (var (name, share) in new[] { ("ground/mask", 0.8), ("said/mask", 0.8), ("fused/mask", 0.8), ("fused/dice", 0.95), ("orthogonality", 0.5) })
        {
            var (first, last) = (reports.Take(3).Average(losses => losses[name]), reports.TakeLast(3).Average(losses => losses[name]));
            Assert.True(last < first * share, $"{name} fell from {first} to {last}");
        }
    }

    [Fact]
    public void A_plain_model_has_none_of_these_losses()
    {
        using var start = new RandomStore(1);
        using var trainer = Tiny.Trainer(start);
        var losses = trainer.Step().Losses;
        Assert.Contains("ground/mask", losses.Keys);
        Assert.DoesNotContain(losses.Keys, name => name.StartsWith("said", StringComparison.Ordinal) || name.StartsWith("fused", StringComparison.Ordinal) || name == "orthogonality");
    }

    private sealed class OneClip(TrainingClip clip) : IClipSource
    {
        public IReadOnlyList<int> ClassSizes => clip.ClassSizes;

        public TrainingClip Clip(long number) => clip;

        public IEnumerable<string> Texts(int clips) => [];
    }
}
