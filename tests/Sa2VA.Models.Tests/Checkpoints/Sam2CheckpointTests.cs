using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Checkpoints;

public sealed class Sam2CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_random_checkpoint_loads_and_says_what_it_is()
    {
        var parameters = Write("sam2-tiny");

        using var checkpoint = Sam2Checkpoint.Load(Model);
        var report = ModelInspector.Inspect(Model);

        Assert.Equal(128, checkpoint.Model.Config.ImageSize);
        Assert.False(checkpoint.Model.Config.NoObjEmbedSpatial);
        Assert.Equal(parameters, report.Parameters);
        Assert.Equal((ModelKind.Sam2, "2.0", 128), (report.Kind, report.Tracker!.Version, report.ImageSize));
        Assert.Empty(report.Problems);
    }

    [Theory]
    [InlineData("sam2.1-t", 38.9)]
    [InlineData("sam2.1-s", 46)]
    [InlineData("sam2.1-b+", 80.8)]
    [InlineData("sam2.1-l", 224.4)]
    public void A_published_size_has_the_published_number_of_parameters(string preset, double millions) =>
        Assert.Equal(millions, ModelCatalogue.Of(ModelPreset.Named(preset), config: null).Sum(spec => spec.Count) / 1e6, 0.1);

    [Fact]
    public void A_published_size_is_told_by_its_tensors_alone()
    {
        Write("sam2.1-t");

        using var checkpoint = Sam2Checkpoint.Load(Model);
        var report = ModelInspector.Inspect(Model);

        Assert.False(File.Exists(Path.Combine(Model, "config.json")));
        Assert.Equal(("Hiera-T", "2.1"), (report.Tracker!.Size, report.Tracker.Version));
        Assert.True(checkpoint.Model.Config.NoObjEmbedSpatial);
    }

    [Fact]
    public void The_estimated_memory_of_an_object_is_what_a_tracker_keeps()
    {
        Write("sam2-tiny");
        using var checkpoint = Sam2Checkpoint.Load(Model);
        using var tracker = new VideoTracker(checkpoint.Model, new TrackerOptions(), videoHeight: 96, videoWidth: 160);
        var random = new Random(1);
        for (var frame = 0; frame < 20; frame++)
        {
            using var scope = torch.NewDisposeScope();
            var pixels = new byte[128 * 128 * 3];
            random.NextBytes(pixels);
            using var features = checkpoint.Model.EncodeImage(ImageNormalizer.Sam2.Normalize(pixels, 128, 128));
            if (frame == 0)
            {
                tracker.AddPoints(0, features, objectId: 1, new PointPrompt([80, 48], [1])).Dispose();
                tracker.BeginPropagation();
            }

            tracker.Track(frame, features).Dispose();
        }

        var estimate = ModelInspector.Inspect(Model).Memory.PerObject;
        Assert.InRange(tracker.MemoryBytes, estimate * 0.9, estimate * 1.5);
    }

    [Fact]
    public void The_same_seed_writes_the_same_bytes_and_another_one_others()
    {
        Write("sam2-tiny", new InitOptions { Seed = 3 });
        ModelInitializer.Write(ModelPreset.Named("sam2-tiny"), _folder.File("same"), new InitOptions { Seed = 3 }, TestContext.Current.CancellationToken);
        ModelInitializer.Write(ModelPreset.Named("sam2-tiny"), _folder.File("other"), new InitOptions { Seed = 4 }, TestContext.Current.CancellationToken);

        Assert.Equal(Weights("model"), Weights("same"));
        Assert.NotEqual(Weights("model"), Weights("other"));
    }

    [Fact]
    public void Float32_and_shards_hold_what_bfloat16_rounds()
    {
        Write("sam2-tiny", new InitOptions { Dtype = SafetensorsDtype.F32, ShardBytes = 100_000 });
        ModelInitializer.Write(ModelPreset.Named("sam2-tiny"), _folder.File("half"), cancellationToken: TestContext.Current.CancellationToken);

        using var full = SafetensorsFolder.Open(Model);
        using var half = SafetensorsFolder.Open(_folder.File("half"));
        const string name = "no_mem_embed";
        Assert.True(full.Files.Length > 1);
        Assert.True(full.TryGet(name, out var fullFile, out var fullEntry));
        Assert.True(half.TryGet(name, out var halfFile, out var halfEntry));
        using var expected = fullFile.Map(fullEntry);
        using var rounded = expected.to(ScalarType.BFloat16);
        using var actual = halfFile.Map(halfEntry);
        Assert.Equal(rounded.bytes.ToArray(), actual.bytes.ToArray());
    }

    [Fact]
    public void A_folder_that_holds_something_is_left_alone()
    {
        Directory.CreateDirectory(Model);
        File.WriteAllText(Path.Combine(Model, "keep.txt"), "mine");

        Assert.Throws<ModelFolderException>(() => Write("sam2-tiny"));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Model, "keep.txt")));
    }

    [Fact]
    public void A_cancelled_checkpoint_leaves_nothing_behind()
    {
        Assert.Throws<OperationCanceledException>(() => ModelInitializer.Write(ModelPreset.Named("sam2-tiny"), Model, cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public void An_unknown_preset_is_answered_with_the_known_ones()
    {
        var message = Assert.Throws<ArgumentException>(() => ModelPreset.Named("13b")).Message;

        Assert.All(ModelPreset.All, preset => Assert.Contains(preset.Name, message, StringComparison.Ordinal));
    }

    private long Write(string preset, InitOptions? options = null) =>
        ModelInitializer.Write(ModelPreset.Named(preset), Model, options, TestContext.Current.CancellationToken);

    private byte[] Weights(string folder) => File.ReadAllBytes(_folder.File(folder, "model.safetensors"));
}
