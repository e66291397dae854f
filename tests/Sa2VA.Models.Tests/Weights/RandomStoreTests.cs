using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Weights;

public sealed class RandomStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_parameter_depends_on_seed_and_name_and_not_on_what_was_asked_before()
    {
        using var scope = torch.NewDisposeScope();
        using var one = new RandomStore(7);
        using var two = new RandomStore(7);
        using var other = new RandomStore(8);
        two.Get("before", [3], Init.Ones, null);

        var values = Ask(one, "w").ToArray<float>();

        Assert.Equal(values, Ask(two, "w").ToArray<float>());
        Assert.NotEqual(values, Ask(two, "v").ToArray<float>());
        Assert.NotEqual(values, Ask(other, "w").ToArray<float>());
    }

    [Fact]
    public void Values_are_pinned_so_that_a_seed_means_the_same_for_ever()
    {
        var spec = new WeightSpec("w", [1000], Init.Normal(1));
        var values = new float[4];
        new RandomValues(1, spec).Fill(0, values);

        Assert.Equal([0.687286079f, -0.897660911f, 1.51047003f, -0.674864471f], values);
    }

    [Fact]
    public void Any_part_of_a_parameter_can_be_made_alone()
    {
        var random = new RandomValues(3, new WeightSpec("w", [100], Init.TruncatedNormal(0.02)));
        var (whole, part) = (new float[100], new float[10]);
        random.Fill(0, whole);
        random.Fill(40, part);

        Assert.Equal(whole[40..50], part);
    }

    [Fact]
    public void Initialisers_have_the_deviation_and_the_bounds_they_promise()
    {
        const int count = 100_000;
        var normal = Draw(Init.Normal(0.5), [count]);
        var truncated = Draw(Init.TruncatedNormal(0.5), [count]);
        var fanIn = Draw(Init.FanIn, [count / 25, 25]);

        Assert.Equal(0, normal.Average(), 0.01);
        Assert.Equal(0.5, Deviation(normal), 0.01);
        Assert.InRange(truncated.Max(), 0.95f, 1f);
        Assert.InRange(truncated.Min(), -1f, -0.95f);
        Assert.Equal(0, fanIn.Average(), 0.01);
        Assert.InRange(fanIn.Max(), 0.199f, 0.2f);
        Assert.InRange(fanIn.Min(), -0.2f, -0.199f);
    }

    [Fact]
    public void What_was_asked_for_is_saved_and_loads_again()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new RandomStore(1);
        var made = Ask(random, "layer.weight");
        random.Get("fuser.gamma", [3], Init.Constant(1e-6), ScalarType.Float32);
        random.Save(_folder.FullPath, shardBytes: 60, rename: WeightNames.InSa2va, cancellationToken: TestContext.Current.CancellationToken);

        using var store = CheckpointStore.Open(_folder.FullPath);

        Assert.Equal(made.ToArray<float>(), store.Get("layer.weight", [4, 5], Init.Zeros, ScalarType.Float32).ToArray<float>());
        Assert.Equal([1e-6f, 1e-6f, 1e-6f], store.Get("fuser.gamma", [3], Init.Zeros, ScalarType.Float32).ToArray<float>());
        Assert.True(store.Has("fuser.g_weight"));
        Assert.True(File.Exists(_folder.File(SafetensorsIndex.FileName)));
        store.ThrowIfSurplus();
    }

    [Fact]
    public void Saving_in_bfloat16_rounds_the_values()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new RandomStore(1);
        var made = Ask(random, "w");
        random.Save(_folder.FullPath, SafetensorsDtype.BF16, cancellationToken: TestContext.Current.CancellationToken);

        using var store = CheckpointStore.Open(_folder.FullPath);
        var loaded = store.Get("w", [4, 5], Init.Zeros, type: null);

        Assert.Equal(ScalarType.BFloat16, loaded.dtype);
        Assert.Equal(made.to(ScalarType.BFloat16).bytes.ToArray(), loaded.bytes.ToArray());
    }

    [Fact]
    public void A_catalogue_lists_a_model_of_any_size_without_making_it()
    {
        using var catalogue = new CatalogueStore();
        var matrix = new WeightScope(catalogue)["huge"].GetMatrix("weight", Init.FanIn, 200_000, 200_000);

        Assert.Equal([200_000, 200_000], matrix.shape);
        Assert.Equal(40_000_000_000, catalogue.ParameterCount);
        Assert.Equal("huge.weight", Assert.Single(catalogue.Specs).Name);
    }

    private static Tensor Ask(RandomStore store, string name) => store.Get(name, [4, 5], Init.Normal(1), ScalarType.Float32);

    private static float[] Draw(Init init, long[] shape)
    {
        var spec = new WeightSpec("w", [.. shape], init);
        var values = new float[spec.Count];
        new RandomValues(11, spec).Fill(0, values);
        return values;
    }

    private static double Deviation(float[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
