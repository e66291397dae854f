using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>Matrices with a byte per entry and a scale per row, for <see cref="torch.nn.functional.linear_int8"/>.</summary>
public static class Int8Rows
{
    /// <summary>
    /// The scale of a row is its largest magnitude / 127 (0 for a row of zeros), and its values are the whole numbers nearest to entry / scale, of
    /// two the even one.
    /// </summary>
    /// <param name="matrix">[N, K] float32 or bfloat16, on the CPU.</param>
    /// <returns>int8 [N, K] and float32 [N].</returns>
    /// <exception cref="TensorException">It is of another type or elsewhere.</exception>
    public static (Tensor Values, Tensor Scales) Quantize(Tensor matrix)
    {
        Native.Check(Native.sv_int8_rows(matrix.Handle, out var values, out var scales));
        return (new Tensor(values), new Tensor(scales));
    }
}
