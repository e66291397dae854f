namespace Sa2VA.Tensors;

// Elementwise functions and reductions.
public sealed partial class Tensor
{
    public Tensor sigmoid() => Unary("aten::sigmoid");

    public Tensor relu() => Unary("aten::relu");

    public Tensor relu_()
    {
        Dispatcher.Run("aten::relu_", "", this);
        return this;
    }

    /// <summary>GELU; the exact (erf) form unless <paramref name="approximate"/> is <c>tanh</c>.</summary>
    public Tensor gelu(string approximate = "none") => Dispatcher.Call("aten::gelu", "", this, approximate);

    public Tensor silu() => Unary("aten::silu");

    public Tensor exp() => Unary("aten::exp");

    public Tensor log() => Unary("aten::log");

    public Tensor sin() => Unary("aten::sin");

    public Tensor cos() => Unary("aten::cos");

    public Tensor tanh() => Unary("aten::tanh");

    public Tensor sqrt() => Unary("aten::sqrt");

    public Tensor rsqrt() => Unary("aten::rsqrt");

    public Tensor square() => Unary("aten::square");

    public Tensor reciprocal() => Unary("aten::reciprocal");

    public Tensor abs() => Unary("aten::abs");

    public Tensor neg() => Unary("aten::neg");

    public Tensor floor() => Unary("aten::floor");

    public Tensor ceil() => Unary("aten::ceil");

    public Tensor round() => Unary("aten::round");

    public Tensor isfinite() => Unary("aten::isfinite");

    public Tensor pow(Scalar exponent) => Dispatcher.Call("aten::pow", "Tensor_Scalar", this, exponent);

    public Tensor pow(Tensor exponent) => Dispatcher.Call("aten::pow", "Tensor_Tensor", this, exponent);

    public Tensor clamp(Scalar? min = null, Scalar? max = null) => Dispatcher.Call("aten::clamp", "", this, min, max);

    public Tensor softmax(long dim, ScalarType? dtype = null) => Dispatcher.Call("aten::softmax", "int", this, dim, dtype);

    public Tensor log_softmax(long dim, ScalarType? dtype = null) => Dispatcher.Call("aten::log_softmax", "int", this, dim, dtype);

    public Tensor sum() => Dispatcher.Call("aten::sum", "", this);

    public Tensor sum(long dim, bool keepdim = false) => sum([dim], keepdim);

    public Tensor sum(long[] dims, bool keepdim = false) => Dispatcher.Call("aten::sum", "dim_IntList", this, dims, keepdim);

    public Tensor mean() => Dispatcher.Call("aten::mean", "", this);

    public Tensor mean(long dim, bool keepdim = false) => mean([dim], keepdim);

    public Tensor mean(long[] dims, bool keepdim = false) => Dispatcher.Call("aten::mean", "dim", this, dims, keepdim);

    public Tensor var(long[] dims, bool unbiased = true, bool keepdim = false) => Dispatcher.Call("aten::var", "dim", this, dims, unbiased, keepdim);

    public Tensor max() => Dispatcher.Call("aten::max", "", this);

    public Tensor min() => Dispatcher.Call("aten::min", "", this);

    /// <summary>Largest values along a dimension, and where they are.</summary>
    public (Tensor Values, Tensor Indexes) max(long dim, bool keepdim = false)
    {
        var both = Dispatcher.CallMany("aten::max", "dim", this, dim, keepdim);
        return (both[0], both[1]);
    }

    public (Tensor Values, Tensor Indexes) min(long dim, bool keepdim = false)
    {
        var both = Dispatcher.CallMany("aten::min", "dim", this, dim, keepdim);
        return (both[0], both[1]);
    }

    public Tensor amax(long[] dims, bool keepdim = false) => Dispatcher.Call("aten::amax", "", this, dims, keepdim);

    public Tensor amin(long[] dims, bool keepdim = false) => Dispatcher.Call("aten::amin", "", this, dims, keepdim);

    public Tensor argmax(long? dim = null, bool keepdim = false) => Dispatcher.Call("aten::argmax", "", this, dim, keepdim);

    public Tensor argmin(long? dim = null, bool keepdim = false) => Dispatcher.Call("aten::argmin", "", this, dim, keepdim);

    public Tensor argsort(long dim = -1, bool descending = false) => Dispatcher.Call("aten::argsort", "", this, dim, descending);

    public (Tensor Values, Tensor Indexes) topk(long k, long dim = -1)
    {
        var both = Dispatcher.CallMany("aten::topk", "", this, k, dim);
        return (both[0], both[1]);
    }

    public Tensor any() => Dispatcher.Call("aten::any", "", this);

    public Tensor any(long dim, bool keepdim = false) => Dispatcher.Call("aten::any", "dim", this, dim, keepdim);

    public Tensor all() => Dispatcher.Call("aten::all", "", this);

    public Tensor cumsum(long dim) => Dispatcher.Call("aten::cumsum", "", this, dim);

    public Tensor nonzero() => Unary("aten::nonzero");

    private Tensor Unary(string name) => Dispatcher.Call(name, "", this);
}
