using static Sa2VA.Tensors.torch;

namespace Sa2VA.Tensors.Tests;

/// <summary>Every wrapper reaches the operator it is named after: checked against System.Math or by hand.</summary>
public sealed class MathTests : IDisposable
{
    private static readonly float[] Values = [-2.5f, -1, -0.25f, 0.5f, 1, 3];
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Functions => [.. Table.Keys];

    private static Dictionary<string, (Func<Tensor, Tensor> Wrapper, Func<double, double> Expected)> Table { get; } = new()
    {
        ["sigmoid"] = (x => x.sigmoid(), x => 1 / (1 + Math.Exp(-x))),
        ["relu"] = (x => x.relu(), x => Math.Max(x, 0)),
        ["relu_"] = (x => x.clone().relu_(), x => Math.Max(x, 0)),
        ["gelu tanh"] = (x => x.gelu("tanh"), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        ["silu"] = (x => x.silu(), x => x / (1 + Math.Exp(-x))),
        ["exp"] = (x => x.exp(), Math.Exp),
        ["log"] = (x => x.abs().log(), x => Math.Log(Math.Abs(x))),
        ["sin"] = (x => x.sin(), Math.Sin),
        ["cos"] = (x => x.cos(), Math.Cos),
        ["tanh"] = (x => x.tanh(), Math.Tanh),
        ["sqrt"] = (x => x.abs().sqrt(), x => Math.Sqrt(Math.Abs(x))),
        ["rsqrt"] = (x => x.abs().rsqrt(), x => 1 / Math.Sqrt(Math.Abs(x))),
        ["square"] = (x => x.square(), x => x * x),
        ["reciprocal"] = (x => x.reciprocal(), x => 1 / x),
        ["scalar over tensor"] = (x => 3 / x, x => 3 / x),
        ["neg"] = (x => -x, x => -x),
        ["floor"] = (x => x.floor(), Math.Floor),
        ["ceil"] = (x => x.ceil(), Math.Ceiling),
        ["round"] = (x => x.round(), x => Math.Round(x, MidpointRounding.ToEven)),
        ["pow"] = (x => x.pow(3), x => x * x * x),
        ["pow tensor"] = (x => x.abs().pow(x), x => Math.Pow(Math.Abs(x), x)),
        ["clamp"] = (x => x.clamp(-1, 2), x => Math.Clamp(x, -1, 2)),
        ["clamp below only"] = (x => x.clamp(min: 0.0), x => Math.Max(x, 0)),
        ["add"] = (x => x + x, x => 2 * x),
        ["add scalar"] = (x => 1.5 + x + 1, x => x + 2.5),
        ["sub"] = (x => (x - 2) - x * 3, x => (x - 2) - (x * 3)),
        ["sub from scalar"] = (x => 1 - x, x => 1 - x),
        ["mul"] = (x => 2 * x * x, x => 2 * x * x),
        ["div"] = (x => x / (x + 10) / 2, x => x / (x + 10) / 2),
        ["floor_divide"] = (x => x.floor_divide(2), x => Math.Floor(x / 2)),
        ["remainder"] = (x => x.remainder(2), x => x - (2 * Math.Floor(x / 2))),
        ["in place"] = (x => x.clone().add_(x).sub_(x).add_(1).mul_(2).mul_(x).div_(4).div_(x), x => (x + 1) / 2),
        ["addcmul_"] = (x => x.clone().addcmul_(x, x, 0.5), x => x + (0.5 * x * x)),
        ["addcdiv_"] = (x => x.clone().addcdiv_(x, x + 10, 2), x => x + (2 * x / (x + 10))),
        ["maximum"] = (x => x.maximum(-x), Math.Abs),
        ["minimum"] = (x => x.minimum(-x), x => -Math.Abs(x)),
        ["where"] = (x => where(x.gt(0), x, x * 2), x => x > 0 ? x : 2 * x),
        ["masked_fill"] = (x => x.masked_fill(x.lt(0), 7), x => x < 0 ? 7 : x),
        ["ge"] = (x => x.ge(1).to(float32), x => x >= 1 ? 1 : 0),
        ["le"] = (x => x.le(1).to(float32), x => x <= 1 ? 1 : 0),
        ["eq"] = (x => x.eq(1).to(float32), x => x == 1 ? 1 : 0),
        ["ne"] = (x => x.ne(1).to(float32), x => x != 1 ? 1 : 0),
        ["tensor comparisons"] = (x => x.ge(x).logical_and(x.le(x)).logical_and(x.eq(x)).logical_or(x.ne(x)).logical_and(x.gt(x).logical_not()).logical_and(x.lt(x).logical_not()).to(float32), _ => 1),
        ["isfinite"] = (x => x.isfinite().to(float32), _ => 1),
        ["fill_"] = (x => x.clone().fill_(4), _ => 4),
        ["zero_"] = (x => x.clone().zero_(), _ => 0),
        ["zeros_like"] = (x => zeros_like(x) + ones_like(x), _ => 1),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_function_computes_what_its_name_says(string name)
    {
        var (wrapper, expected) = Table[name];

        var actual = wrapper(tensor(Values)).ToArray<float>();

        Assert.All(actual.Zip(Values), pair => Assert.Equal(expected(pair.Second), pair.First, 1e-4));
    }

    [Fact]
    public void Reductions_run_over_the_dimensions_they_are_given()
    {
        var x = tensor<float>([1, 5, 3, 4, 2, 6], [2, 3]);

        Assert.Equal(21, x.sum().item<float>());
        Assert.Equal([5, 7, 9], x.sum(0).ToArray<float>());
        Assert.Equal([2, 1], x.sum([1], keepdim: true).shape);
        Assert.Equal(3.5f, x.mean().item<float>());
        Assert.Equal([3, 4], x.mean(1).ToArray<float>());
        Assert.Equal([4, 4], x.var([1]).ToArray<float>());
        Assert.Equal(6, x.max().item<float>());
        Assert.Equal(1, x.min().item<float>());
        Assert.Equal([1, 2], x.max(1).Indexes.ToArray<long>());
        Assert.Equal([1, 2], x.min(1).Values.ToArray<float>());
        Assert.Equal([4, 5, 6], x.amax([0]).ToArray<float>());
        Assert.Equal([1, 2, 3], x.amin([0]).ToArray<float>());
        Assert.Equal(5, x.argmax().item<long>());
        Assert.Equal([1, 2], x.argmax(1).ToArray<long>());
        Assert.Equal([0, 2, 1], x[0].argsort().ToArray<long>());
        Assert.Equal([5, 3], x[0].topk(2).Values.ToArray<float>());
        Assert.Equal([1, 6, 9], x[0].cumsum(0).ToArray<float>());
        Assert.True(x.gt(0).all().item<bool>());
        Assert.Equal([true, true], x.gt(4).any(1).ToArray<bool>());
        Assert.False(x.gt(6).any().item<bool>());
        Assert.Equal([2, 2], x.gt(4).nonzero().shape);
    }

    [Fact]
    public void Softmax_sums_to_one_and_its_logarithm_agrees()
    {
        var x = randn([3, 5]);

        Assert.True(allclose(x.softmax(1).sum(1), ones([3]), atol: 1e-6));
        Assert.True(allclose(x.softmax(1).log(), x.log_softmax(1), atol: 1e-5));
        Assert.True(allclose(nn.functional.softmax(x, 0), x.softmax(0, float64), atol: 1e-6));
    }

    [Fact]
    public void Products_of_matrices_agree_with_each_other()
    {
        var (a, b) = (randn([2, 3, 4]), randn([2, 4, 5]));

        Assert.True(allclose(a.bmm(b), a.matmul(b), atol: 1e-5));
        Assert.True(allclose(a[0].mm(b[0]), matmul(a[0], b[0]), atol: 1e-5));
        Assert.True(allclose(einsum("bij,bjk->bik", a, b), a.bmm(b), atol: 1e-5));
        Assert.True(allclose(outer(a[0, 0], b[0, 0]), a[0, 0].unsqueeze(1) * b[0, 0].unsqueeze(0), atol: 1e-5));
    }

    [Fact]
    public void Losses_are_those_of_their_definition()
    {
        var logits = tensor<float>([2, 0, 0, 1], [2, 2]);
        var classes = tensor<long>([0, 1], [2]);
        var expected = (Math.Log(1 + Math.Exp(-2)) + Math.Log(1 + Math.Exp(-1))) / 2;

        Assert.Equal(expected, nn.functional.cross_entropy(logits, classes).item<float>(), 1e-5);
        Assert.Equal(Math.Log(2), nn.functional.binary_cross_entropy_with_logits(zeros([3]), ones([3])).item<float>(), 1e-5);
        Assert.Equal([1, 0, 0, 1], nn.functional.one_hot(classes, 2).ToArray<long>());
    }
}
