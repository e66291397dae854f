using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using Sa2VA.Training.Parameters;
using Sa2VA.Training.Runs;
using Sa2VA.Training.Tests.Data;

namespace Sa2VA.Training.Tests.Runs;

public sealed class ResumeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_run_that_was_stopped_goes_on_to_the_same_bits(int workers)
    {
        using var folder = new TemporaryFolder();
        var model = Tiny.WriteModel(folder.File("tiny"));
        var whole = Request(model, folder.File("whole"), workers);
        Assert.True(TrainingRun.Execute(whole, cancellationToken: TestContext.Current.CancellationToken).IsComplete);

        using var stop = new CancellationTokenSource();
        var parts = whole with { Folder = folder.File("parts") };
        var stopped = TrainingRun.Execute(parts, new After(2, stop.Cancel), stop.Token);
        Assert.Equal((2L, 4L, false), (stopped.StepsDone, stopped.StepsTotal, stopped.IsComplete));
        var resumed = TrainingRun.Execute(parts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((4L, 2L, true), (resumed.StepsDone, resumed.ResumedAt, resumed.IsComplete));

        Assert.Equal(Losses(whole.Folder), Losses(parts.Folder));
        AssertSameBytes(whole.Folder, parts.Folder, TrainingState.FileName);
        AssertSameBytes(whole.Folder, parts.Folder, Path.Combine("model", "model.safetensors"));
    }

    [Fact]
    public void A_run_that_was_killed_goes_on_from_its_last_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var model = Tiny.WriteModel(folder.File("tiny"));
        var whole = Request(model, folder.File("whole"), workers: 1) with { StopAfter = 3 };
        TrainingRun.Execute(whole, cancellationToken: TestContext.Current.CancellationToken);
        var killed = whole with { Folder = folder.File("killed"), Recipe = whole.Recipe with { CheckpointEvery = 1 } };
        Assert.Throws<IOException>(() => TrainingRun.Execute(killed, new After(2, () => throw new IOException("killed")), TestContext.Current.CancellationToken));

        // The second update was made and logged, but not kept.
        Assert.Equal(2, LossLog.Read(killed.Folder).Count());
        var resumed = TrainingRun.Execute(killed, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, resumed.ResumedAt);
        Assert.Equal(Losses(whole.Folder), Losses(killed.Folder));
        AssertSameBytes(whole.Folder, killed.Folder, TrainingState.FileName);
    }

    [Fact]
    public void A_run_that_is_complete_is_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var request = Request(Tiny.WriteModel(folder.File("tiny")), folder.File("run"), workers: 1) with { StopAfter = 1 };
        TrainingRun.Execute(request, cancellationToken: TestContext.Current.CancellationToken);
        var state = File.GetLastWriteTimeUtc(Path.Combine(request.Folder, TrainingState.FileName));
        var again = TrainingRun.Execute(request, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((1L, true, null), (again.StepsDone, again.IsComplete, again.Last));
        Assert.Equal(state, File.GetLastWriteTimeUtc(Path.Combine(request.Folder, TrainingState.FileName)));
    }

    [Fact]
    public void A_folder_of_another_run_is_refused_with_the_part_that_differs()
    {
        using var folder = new TemporaryFolder();
        var request = Request(Tiny.WriteModel(folder.File("tiny")), folder.File("run"), workers: 1) with { StopAfter = 1 };
        TrainingRun.Execute(request, cancellationToken: TestContext.Current.CancellationToken);
        var fewer = request with { StopAfter = 2, Recipe = request.Recipe with { Frozen = ["mlp1"] } };
        var error = Assert.Throws<TrainingException>(() => TrainingRun.Execute(fewer, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("'mlp1.", error.Message, StringComparison.Ordinal);
        Assert.Contains("not trained now", error.Message, StringComparison.Ordinal);
        var adapted = request with { StopAfter = 2, Recipe = request.Recipe with { Lora = new LoraOptions { Targets = ["q_proj"] } } };
        error = Assert.Throws<TrainingException>(() => TrainingRun.Execute(adapted, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("lora_A", error.Message, StringComparison.Ordinal);
        Assert.Contains("trained now", error.Message, StringComparison.Ordinal);

        var path = Path.Combine(request.Folder, TrainingState.FileName);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);
        Assert.Contains(path, Assert.Throws<TrainingException>(() => TrainingRun.Execute(request, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_trained_beside_the_model_may_change()
    {
        using var folder = new TemporaryFolder();
        var request = Request(Tiny.WriteModel(folder.File("tiny")), folder.File("run"), workers: 1) with { StopAfter = 1 };
        TrainingRun.Execute(request, cancellationToken: TestContext.Current.CancellationToken);
        var unlabelled = new DatasetClipSource(new MadeDataset(new MadeVideo("a", 4, MadeVideo.Several(2))));
        Assert.Equal(1, TrainingRun.Execute(request with { StopAfter = 2, Source = unlabelled }, cancellationToken: TestContext.Current.CancellationToken).ResumedAt);
        Assert.Equal(2, TrainingRun.Execute(request with { StopAfter = 3 }, cancellationToken: TestContext.Current.CancellationToken).ResumedAt);
    }

    [Theory]
    [InlineData(TrainingPrecision.Float32)]
    [InlineData(TrainingPrecision.Bfloat16)]
    public void What_a_run_from_nothing_froze_stays_whatever_the_seed_becomes(TrainingPrecision precision)
    {
        using var folder = new TemporaryFolder();
        var recipe = Tiny.Recipe with { Precision = precision, Frozen = ["vision_model"], Lora = new LoraOptions { Rank = 2, Targets = ["q_proj"] }, LearningRate = 1e-9, LastLearningRate = 0 };
        var request = new TrainingRequest
        {
            Recipe = recipe, Model = Tiny.WriteConfig(folder.File("new"), vocabulary: 292), Folder = folder.File("run"), Source = Tiny.Source, StopAfter = 1,
        };
        TrainingRun.Execute(request, cancellationToken: TestContext.Current.CancellationToken);
        var before = Untrained(request.Folder);
        TrainingRun.Execute(request with { StopAfter = 2, Recipe = recipe with { Seed = recipe.Seed + 1 } }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(before, Untrained(request.Folder));
    }

    [Fact]
    public void Two_runs_do_not_share_a_folder()
    {
        using var folder = new TemporaryFolder();
        using var taken = TrainingFolder.Take(folder.FullPath);
        Assert.Contains(folder.FullPath, Assert.Throws<TrainingException>(() => TrainingFolder.Take(folder.FullPath)).Message, StringComparison.Ordinal);
    }

    private static TrainingRequest Request(string model, string folder, int workers) =>
        new() { Recipe = Tiny.Recipe with { Workers = workers }, Model = model, Folder = folder, Source = Tiny.Source };

    // A position matrix, a frozen part and a matrix whose adapter has learnt next to nothing.
    private static float[] Untrained(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var model = CheckpointStore.Open(TrainingFolder.ModelOf(folder));
        string[] ends = ["pe_layer.positional_encoding_gaussian_matrix", "vision_model.embeddings.class_embedding"];
        var specs = Tiny.Specs().Where(spec => ends.Any(end => spec.Name.EndsWith(end, StringComparison.Ordinal)) || LowRankAdapter.IsTarget(spec, ["q_proj"])).ToList();
        Assert.Equal(2 + Tiny.Config.Language.Layers, specs.Count);
        return [.. specs.SelectMany(spec => model.Get(spec.Name, [.. spec.Shape], spec.Init, ScalarType.Float32).ToArray<float>())];
    }

    // All but the time that each update took.
    private static IEnumerable<string> Losses(string folder) => File.ReadLines(Path.Combine(folder, LossLog.FileName)).Select(line =>
    {
        var cells = line.Split(',');
        return string.Join(',', [cells[0], .. cells[2..]]);
    });

    private static void AssertSameBytes(string first, string second, string name) =>
        Assert.True(File.ReadAllBytes(Path.Combine(first, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(second, name))), $"{name} differs");

    /// <summary>Does something when an update has been made.</summary>
    private sealed class After(long step, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { Stage: TrainingStage.Training, Report: { } report } && report.Step == step)
                act();
        }
    }
}
