using System.Text.Json;
using Sa2VA.Models;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Runs;

public sealed class TrainingFolderTests
{
    [Fact]
    public void A_model_from_nothing_gets_words_of_its_own_and_loads_when_it_is_trained()
    {
        using var folder = new TemporaryFolder();
        var model = Tiny.WriteConfig(folder.File("new"), vocabulary: 420);
        var stages = new List<TrainingStage>();
        Run(folder, model, new Stages(stages));
        Assert.Equal([TrainingStage.LearningTokens, TrainingStage.Loading, TrainingStage.Training, TrainingStage.Saving], stages.Distinct());

        var trained = TrainingFolder.ModelOf(folder.File("run"));
        var tokenizer = Tokenizer.Load(trained);
        Assert.Equal(420, tokenizer.Count);
        // A word that every question has.
        Assert.Single(tokenizer.Encode(" segment"));
        using var loaded = Sa2vaModel.Load(trained, Device.CPU);
        Assert.NotNull(loaded.ModifiedDecoder);
    }

    [Fact]
    public void A_vocabulary_that_is_too_small_grows_to_the_tokens()
    {
        using var folder = new TemporaryFolder();
        Run(folder, Tiny.WriteConfig(folder.File("new"), vocabulary: 64));
        var trained = TrainingFolder.ModelOf(folder.File("run"));
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(trained, "config.json")));
        Assert.Equal(256 + QwenTokens.AddedCount, config.RootElement.GetProperty("llm_config").GetProperty("vocab_size").GetInt32());
        Sa2vaModel.Load(trained, Device.CPU).Dispose();
    }

    [Fact]
    public void A_trained_checkpoint_holds_what_it_should_and_no_more()
    {
        using var folder = new TemporaryFolder();
        var model = Tiny.WriteModel(folder.File("tiny"));
        File.WriteAllText(Path.Combine(model, "model.safetensors.notes.json"), "{}");
        Run(folder, model);
        var trained = TrainingFolder.ModelOf(folder.File("run"));
        Assert.False(File.Exists(Path.Combine(trained, "model.safetensors.notes.json")));
        // Load refuses what is missing or surplus.
        Sa2vaModel.Load(trained, Device.CPU).Dispose();
        using var before = SafetensorsFolder.Open(model);
        using var after = SafetensorsFolder.Open(trained);
        Assert.Equal(before.TensorNames.Order(StringComparer.Ordinal), after.TensorNames.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_checkpoint_without_its_tokenizer_is_not_given_another()
    {
        using var folder = new TemporaryFolder();
        var model = Tiny.WriteModel(folder.File("tiny"));
        foreach (var name in (string[])["tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"])
            File.Delete(Path.Combine(model, name));
        Assert.Contains("tokenizer", Assert.Throws<ModelFolderException>(() => Run(folder, model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("none", Assert.Throws<TrainingException>(() => Run(folder, folder.File("none"))).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Contains("config.json", Assert.Throws<ModelFolderException>(() => Run(folder, folder.File("empty"))).Message, StringComparison.Ordinal);
        // Never from nothing where there are weights, even if they cannot be read.
        var pickled = Tiny.WriteConfig(folder.File("pickled"), vocabulary: 300);
        File.WriteAllText(Path.Combine(pickled, "pytorch_model.bin"), "");
        Assert.Contains("pytorch_model.bin", Assert.Throws<ModelFolderException>(() => Run(folder, pickled)).Message, StringComparison.Ordinal);
    }

    private static void Run(TemporaryFolder folder, string model, IProgress<TrainingProgress>? progress = null) => TrainingRun.Execute(
        new TrainingRequest { Recipe = Tiny.Recipe, Model = model, Folder = folder.File("run"), Source = Tiny.Source, StopAfter = 1 }, progress, TestContext.Current.CancellationToken);

    private sealed class Stages(List<TrainingStage> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen.Add(value.Stage);
    }
}
