using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Tensors.Tests.Kernels;

/// <summary>The attention kernel of every instruction set against the plain form in double precision, and what it promises about bits.</summary>
[Collection(nameof(KernelState))]
public sealed class AttentionKernelTests : IDisposable
{
    private readonly KernelState _state = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>Instruction set, query heads, key heads, queries, keys, width, value width.</summary>
    public static TheoryData<string, int, int, int, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<string, int, int, int, int, int, int>();
            foreach (var set in CpuKernels.InstructionSets)
            {
                data.Add(set, 1, 1, 1, 1, 7, 5);
                data.Add(set, 2, 2, 16, 64, 96, 96);
                data.Add(set, 4, 2, 49, 49, 56, 56);
                data.Add(set, 1, 1, 230, 300, 256, 64);
                data.Add(set, 8, 1, 5, 129, 16, 16);
                data.Add(set, 2, 1, 1, 257, 128, 128);
                data.Add(set, 2, 2, 33, 17, 80, 72);
                data.Add(set, 1, 1, 20, 140, 512, 512);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_is_the_plain_form(string set, int heads, int keyHeads, int queries, int keys, int width, int valueWidth)
    {
        _state.Use(set);
        var (q, k, v) = Make(heads, keyHeads, queries, keys, width, valueWidth);
        var hidden = zeros([2, 1, queries, keys]).masked_fill(rand([2, 1, queries, keys]).gt(0.8), double.NegativeInfinity);
        hidden.narrow(3, 0, 1).zero_();    // one key stays for everyone
        foreach (var causal in queries <= keys ? new[] { false, true } : [false])
        {
            foreach (var mask in new[] { null, hidden })
            {
                foreach (var type in new[] { float32, bfloat16 })
                {
                    var (keyed, valued) = (k.to(type), v.to(type));
                    var expected = Attention.Plain(q.to(float64), keyed.to(float64), valued.to(float64), mask?.to(float64), causal, 0.3);
                    var error = (F.scaled_dot_product_attention(q, keyed, valued, mask, causal, 0.3).to(float64) - expected).abs().max().item<double>();
                    Assert.True(error < 2e-5, $"causal {causal}, masked {mask is not null}, {type}: off by {error}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_query_is_the_same_alone_and_on_any_threads(string set, int heads, int keyHeads, int queries, int keys, int width, int valueWidth)
    {
        _state.Use(set);
        var (q, k, v) = Make(heads, keyHeads, queries, keys, width, valueWidth);
        set_num_threads(2);
        var together = F.scaled_dot_product_attention(q, k, v).ToArray<float>();
        set_num_threads(1);
        Assert.Equal(together, F.scaled_dot_product_attention(q, k, v).ToArray<float>());
        Assert.Equal(together, cat([.. q.split(1, 2).Select(one => F.scaled_dot_product_attention(one, k, v))], 2).ToArray<float>());
        Assert.Equal(
            together, cat([.. Enumerable.Range(0, 2).Select(i => F.scaled_dot_product_attention(q.narrow(0, i, 1), k.narrow(0, i, 1), v.narrow(0, i, 1)))]).ToArray<float>());
    }

    [Theory]
    [InlineData("avx512")]
    [InlineData("avx2")]
    [InlineData("portable")]
    public void One_batch_entry_of_keys_serves_all_queries(string set)
    {
        _state.Use(set);
        var q = randn([3, 2, 10, 32]);
        var (k, v) = (randn([1, 2, 50, 32]), randn([1, 2, 50, 24]));
        Assert.Equal(
            F.scaled_dot_product_attention(q, k.repeat(3, 1, 1, 1), v.repeat(3, 1, 1, 1)).ToArray<float>(), F.scaled_dot_product_attention(q, k, v).ToArray<float>());
    }

    [Theory]
    [InlineData("avx512")]
    [InlineData("avx2")]
    [InlineData("portable")]
    public void Large_scores_do_not_overflow_and_hidden_rows_are_zero(string set)
    {
        _state.Use(set);
        var (q, k, v) = (randn([1, 1, 4, 16]) * 100, randn([1, 1, 200, 16]) * 100, randn([1, 1, 200, 16]));
        var expected = Attention.Plain(q.to(float64), k.to(float64), v.to(float64), mask: null, causal: false, 1.0);
        Assert.True((F.scaled_dot_product_attention(q, k, v, scale: 1).to(float64) - expected).abs().max().item<double>() < 0.05);
        var nothing = full([1, 1, 4, 200], double.NegativeInfinity);
        Assert.All(F.scaled_dot_product_attention(q, k, v, nothing).ToArray<float>(), value => Assert.Equal(0, value));
    }

    // [2, heads, tokens, width], laid out token by token as the networks have them.
    private static (Tensor Q, Tensor K, Tensor V) Make(int heads, int keyHeads, int queries, int keys, int width, int valueWidth) =>
        (randn([2, queries, heads, width]).transpose(1, 2), randn([2, keys, keyHeads, width]).transpose(1, 2), randn([2, keys, keyHeads, valueWidth]).transpose(1, 2));

    public void Dispose()
    {
        _scope.Dispose();
        _state.Dispose();
    }
}
