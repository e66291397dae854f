namespace Sa2VA.Tensors;

// Arithmetic and comparisons.
public sealed partial class Tensor
{
    public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

    public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

    public static Tensor operator +(Scalar left, Tensor right) => right.add(left);

    public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

    public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);

    public static Tensor operator -(Scalar left, Tensor right) => Dispatcher.Call("aten::rsub", "Scalar", right, left);

    public static Tensor operator -(Tensor value) => value.neg();

    public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

    public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

    public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);

    public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

    public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

    public static Tensor operator /(Scalar left, Tensor right)
    {
        using var scope = torch.NewDisposeScope();
        return right.reciprocal().mul(left).MoveToOuterDisposeScope();
    }

    public Tensor add(Tensor other) => Dispatcher.Call("aten::add", "Tensor", this, other);

    public Tensor add(Scalar other) => Dispatcher.Call("aten::add", "Scalar", this, other);

    public Tensor sub(Tensor other) => Dispatcher.Call("aten::sub", "Tensor", this, other);

    public Tensor sub(Scalar other) => Dispatcher.Call("aten::sub", "Scalar", this, other);

    public Tensor mul(Tensor other) => Dispatcher.Call("aten::mul", "Tensor", this, other);

    public Tensor mul(Scalar other) => Dispatcher.Call("aten::mul", "Scalar", this, other);

    public Tensor div(Tensor other) => Dispatcher.Call("aten::div", "Tensor", this, other);

    public Tensor div(Scalar other) => Dispatcher.Call("aten::div", "Scalar", this, other);

    public Tensor floor_divide(Scalar other) => Dispatcher.Call("aten::floor_divide", "Scalar", this, other);

    public Tensor remainder(Scalar other) => Dispatcher.Call("aten::remainder", "Scalar", this, other);

    public Tensor add_(Tensor other) => InPlace("aten::add_", "Tensor", other);

    public Tensor add_(Scalar other) => InPlace("aten::add_", "Scalar", other);

    public Tensor sub_(Tensor other) => InPlace("aten::sub_", "Tensor", other);

    public Tensor mul_(Tensor other) => InPlace("aten::mul_", "Tensor", other);

    public Tensor mul_(Scalar other) => InPlace("aten::mul_", "Scalar", other);

    public Tensor div_(Tensor other) => InPlace("aten::div_", "Tensor", other);

    public Tensor div_(Scalar other) => InPlace("aten::div_", "Scalar", other);

    /// <summary>Adds <paramref name="value"/> times first times second, in place.</summary>
    public Tensor addcmul_(Tensor first, Tensor second, Scalar value)
    {
        Dispatcher.Run("aten::addcmul_", "", this, first, second, value);
        return this;
    }

    /// <summary>Adds <paramref name="value"/> times first over second, in place.</summary>
    public Tensor addcdiv_(Tensor first, Tensor second, Scalar value)
    {
        Dispatcher.Run("aten::addcdiv_", "", this, first, second, value);
        return this;
    }

    public Tensor fill_(Scalar value) => InPlace("aten::fill_", "Scalar", value);

    public Tensor zero_()
    {
        Dispatcher.Run("aten::zero_", "", this);
        return this;
    }

    public Tensor eq(Tensor other) => Dispatcher.Call("aten::eq", "Tensor", this, other);

    public Tensor eq(Scalar other) => Dispatcher.Call("aten::eq", "Scalar", this, other);

    public Tensor ne(Tensor other) => Dispatcher.Call("aten::ne", "Tensor", this, other);

    public Tensor ne(Scalar other) => Dispatcher.Call("aten::ne", "Scalar", this, other);

    public Tensor gt(Tensor other) => Dispatcher.Call("aten::gt", "Tensor", this, other);

    public Tensor gt(Scalar other) => Dispatcher.Call("aten::gt", "Scalar", this, other);

    public Tensor ge(Tensor other) => Dispatcher.Call("aten::ge", "Tensor", this, other);

    public Tensor ge(Scalar other) => Dispatcher.Call("aten::ge", "Scalar", this, other);

    public Tensor lt(Tensor other) => Dispatcher.Call("aten::lt", "Tensor", this, other);

    public Tensor lt(Scalar other) => Dispatcher.Call("aten::lt", "Scalar", this, other);

    public Tensor le(Tensor other) => Dispatcher.Call("aten::le", "Tensor", this, other);

    public Tensor le(Scalar other) => Dispatcher.Call("aten::le", "Scalar", this, other);

    public Tensor maximum(Tensor other) => Dispatcher.Call("aten::maximum", "", this, other);

    public Tensor minimum(Tensor other) => Dispatcher.Call("aten::minimum", "", this, other);

    public Tensor logical_and(Tensor other) => Dispatcher.Call("aten::logical_and", "", this, other);

    public Tensor logical_or(Tensor other) => Dispatcher.Call("aten::logical_or", "", this, other);

    public Tensor logical_not() => Dispatcher.Call("aten::logical_not", "", this);

    public Tensor matmul(Tensor other) => Dispatcher.Call("aten::matmul", "", this, other);

    public Tensor mm(Tensor other) => Dispatcher.Call("aten::mm", "", this, other);

    public Tensor bmm(Tensor other) => Dispatcher.Call("aten::bmm", "", this, other);

    private Tensor InPlace(string name, string overload, Argument other)
    {
        Dispatcher.Run(name, overload, this, other);
        return this;
    }
}
