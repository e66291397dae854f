using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Some operators' last bits depend on how many objects share the call: oneDNN picks its convolution by batch size, and vectorised
/// functions round differently at the ragged end of a thread's share. On the CPU they run object by object, so that an object's
/// masks are the same whoever is tracked beside it. A device, or a training step, runs the batch whole.
/// </summary>
internal static class PerRow
{
    /// <summary>Applies an operator to [B, ...], each of the B entries alone where that matters.</summary>
    public static Tensor Apply(Tensor x, Func<Tensor, Tensor> op)
    {
        if (x.size(0) == 1 || x.device.Type != DeviceType.CPU || is_grad_enabled())
            return op(x);
        using var scope = NewDisposeScope();
        var rows = new Tensor[x.size(0)];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = op(x.narrow(0, i, 1));
        return cat(rows).MoveToOuterDisposeScope();
    }
}
