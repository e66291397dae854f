using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.RefShapes;
using Sa2VA.Evaluation.Running;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Tests.Nano;

/// <summary>
/// The model that ships, on a handful of clips that it was not trained on, from video files to scores through the same actors as
/// <c>sa2va run</c>: whatever breaks decoding, grounding or tracking lowers the score.
/// </summary>
public sealed class NanoTests
{
    private const int Videos = 6;

    // A few points below what the shipped weights reach on these clips.
    private const double Floor = 0.50;

    [Fact]
    public async Task The_shipped_model_still_finds_what_sentences_mean()
    {
        using var folder = new TemporaryFolder();
        var dataset = new FirstVideos(new RefShapesDataset("val", folder.File("videos")));
        await using var model = new ModelPredictions(new ModelPredictionOptions { ModelFolder = ModelFolder(), WorkFolder = folder.File("work"), Protocol = GroundingProtocol.Sa2vaI });
        var scores = await Evaluator.ScoreAsync(dataset, model, new EvaluationOptions { Jobs = 1 }, progress: null, TestContext.Current.CancellationToken);

        var present = scores.Expressions.Where(score => !score.Expression.IsAbsent).ToList();
        var mean = present.Average(score => score.Clip.JAndF);
        TestContext.Current.TestOutputHelper?.WriteLine($"J&F {mean:P1} over {present.Count} expressions");
        Assert.True(mean >= Floor, $"J&F is {mean:P1}, below the floor of {Floor:P0}.");
    }

    private static string ModelFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var model = Path.Combine(folder.FullName, "models", "sa2va-nano");
            if (Directory.Exists(model))
                return model;
        }

        throw new DirectoryNotFoundException("There is no models/sa2va-nano above the tests.");
    }

    private sealed class FirstVideos(IReferringDataset whole) : IReferringDataset
    {
        public string Name => whole.Name;

        public IReadOnlyList<ReferringVideo> Videos => [.. whole.Videos.Take(NanoTests.Videos)];
    }
}
