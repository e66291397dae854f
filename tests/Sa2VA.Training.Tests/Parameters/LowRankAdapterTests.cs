using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Tests.Parameters;

public sealed class LowRankAdapterTests
{
    private const string Matrix = "language_model.model.layers.0.self_attn.q_proj.weight";
    private const double Scale = 2;

    private static readonly LoraOptions Options = new() { Rank = 2, Alpha = 4, Targets = ["q_proj"] };

    [Fact]
    public void It_starts_as_the_matrix_itself_and_only_its_factors_are_trained()
    {
        using var source = new RandomStore(1);
        using var fresh = new AuxiliaryWeights(source, seed: 2);
        using var parameters = Store(fresh);
        Assert.Equal(2 * 3 + 5 * 2, parameters.Count);
        Assert.Equal(["q_proj.lora_A.weight", "q_proj.lora_B.weight"], parameters.Placements.Select(place => string.Join('.', place.Spec.Name.Split('.')[^3..])));
        Assert.Equal(Values(source), parameters.Read(Matrix).ToArray<float>());
        Assert.Contains(parameters.Values.Part(parameters.Placements.First()), value => value != 0);
        Assert.All(parameters.Values.Part(parameters.Placements.Last()), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Its_gradient_is_that_of_the_written_out_product()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomStore(1);
        using var fresh = new AuxiliaryWeights(source, seed: 2);
        using var parameters = Store(fresh);
        manual_seed(3);
        parameters.Values.copy_(randn([parameters.Count]));
        parameters.Refresh();
        using var replica = new ParameterReplica(parameters);
        var sum = replica.Get(Matrix, [5, 3], Init.FanIn, float32);
        var (input, weights) = (randn([4, 3]), randn([4, 5]));
        var (down, up) = (parameters.Placements.First(), parameters.Placements.Last());
        var (a, b) = (parameters.View(down).clone().requires_grad_(), parameters.View(up).clone().requires_grad_());
        using (enable_grad())
        {
            Loss(sum, input, weights).backward();
            Loss(tensor(Values(source), [5, 3]) + b.matmul(a) * Scale, input, weights).backward();
        }

        replica.Collect();
        AssertClose(a.grad!.ToArray<float>(), replica.Gradients.Part(down));
        AssertClose(b.grad!.ToArray<float>(), replica.Gradients.Part(up));

        // Gradients of further steps add up, and the sum's own is not kept.
        Assert.Null(sum.grad);
        using (enable_grad())
            Loss(sum, input, weights).backward();
        replica.Collect();
        AssertClose([.. a.grad!.ToArray<float>().Select(value => 2 * value)], replica.Gradients.Part(down));
    }

    [Fact]
    public void Its_gradient_foretells_how_the_loss_changes()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomStore(1);
        using var fresh = new AuxiliaryWeights(source, seed: 2);
        using var parameters = Store(fresh);
        manual_seed(4);
        parameters.Values.copy_(randn([parameters.Count]));
        parameters.Refresh();
        using var replica = new ParameterReplica(parameters);
        var sum = replica.Get(Matrix, [5, 3], Init.FanIn, float32);
        var (input, weights) = (randn([4, 3]), randn([4, 5]));
        using (enable_grad())
            Loss(sum, input, weights).backward();
        replica.Collect();

        const float small = 1e-2f;
        for (var i = 0; i < parameters.Count; i++)
        {
            var (above, below) = (At(i, small), At(i, -small));
            Assert.Equal((above - below) / (2 * small), replica.Gradients.ToArray<float>()[i], 2e-2 * (1 + Math.Abs(above)));
        }

        double At(int index, float change)
        {
            parameters.Values.narrow(0, index, 1).add_(change);
            parameters.Refresh();
            var loss = Loss(sum, input, weights).item<float>();
            parameters.Values.narrow(0, index, 1).add_(-change);
            parameters.Refresh();
            return loss;
        }
    }

    [Fact]
    public void What_is_exported_holds_the_sum()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomStore(1);
        using var fresh = new AuxiliaryWeights(source, seed: 2);
        using var parameters = Store(fresh);
        parameters.Values.fill_(1);
        parameters.Refresh();
        // Each product of ones of rank 2 is 2, times the scale.
        AssertClose([.. Values(source).Select(value => value + 2 * (float)Scale)], parameters.Read(Matrix).ToArray<float>());
    }

    private static ParameterStore Store(WeightStore source) =>
        new(source, [new WeightSpec(Matrix, [5, 3], Init.FanIn)], ParameterPlan.Whole with { Lora = Options });

    private static float[] Values(RandomStore source) => source.Get(Matrix, [5, 3], Init.FanIn, float32).ToArray<float>();

    private static Tensor Loss(Tensor matrix, Tensor input, Tensor weights) => (input.matmul(matrix.transpose(0, 1)).sigmoid() * weights).sum();

    private static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> found)
    {
        Assert.Equal(expected.Count, found.Count);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
