namespace Sa2VA.Tensors;

/// <summary>
/// libtorch refused an operation. The message names the operator and the types and shapes of its arguments. Retrying does not
/// help, except when <see cref="IsOutOfMemory"/> says that a smaller batch may.
/// </summary>
public sealed class TensorException : Exception
{
    public TensorException()
    {
    }

    public TensorException(string message)
        : base(message)
    {
    }

    public TensorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the device (or the host) ran out of memory.</summary>
    public bool IsOutOfMemory =>
        Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ||
        Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase) ||
        Message.Contains("bad_alloc", StringComparison.Ordinal) ||
        Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase);
}
