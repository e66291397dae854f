using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

// Gradients: recorded only inside torch.enable_grad().
public sealed partial class Tensor
{
    public bool requires_grad
    {
        get => Native.sv_tensor_requires_grad(Handle) != 0;
        set => Native.Check(Native.sv_tensor_set_requires_grad(Handle, value ? 1 : 0));
    }

    public Tensor requires_grad_(bool value = true)
    {
        requires_grad = value;
        return this;
    }

    /// <summary>The accumulated gradient, or null before the first <see cref="backward"/>. Setting null clears it.</summary>
    public Tensor? grad
    {
        get
        {
            Native.Check(Native.sv_tensor_grad(Handle, out var gradient));
            return gradient == 0 ? null : new Tensor(gradient);
        }
        set => Native.Check(Native.sv_tensor_set_grad(Handle, value?.Handle ?? 0));
    }

    /// <summary>Runs the recorded graph backwards from this tensor, adding to <see cref="grad"/> of the leaves.</summary>
    /// <param name="gradient">Weights of the elements; may be absent for a single element.</param>
    public void backward(Tensor? gradient = null) => Native.Check(Native.sv_tensor_backward(Handle, gradient?.Handle ?? 0));

    /// <summary>The same values, cut off from the recorded graph.</summary>
    public Tensor detach() => Dispatcher.Call("aten::detach", "", this);
}
