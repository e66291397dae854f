namespace Sa2VA.Tensors;

/// <summary>
/// Owns the tensors created on this thread while it is the innermost scope, and frees them at its end.
/// A scope belongs to one thread: open and close it between two awaits, never across one.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? _current;

    private readonly List<Tensor> _tensors = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly DisposeScope? _outer;
    private bool _disposed;

    internal DisposeScope()
    {
        _outer = _current;
        _current = this;
    }

    internal static DisposeScope? Current => _current;

    internal DisposeScope? Outer => _outer;

    internal void Add(Tensor tensor) => _tensors.Add(tensor);

    /// <exception cref="InvalidOperationException">Another thread, or not the innermost scope.</exception>
    public void Dispose()
    {
        if (_disposed)
            return;
        if (Environment.CurrentManagedThreadId != _thread || _current != this)
            throw new InvalidOperationException("A dispose scope must be closed on the thread that opened it, innermost first; do not hold one across an await.");
        _disposed = true;
        _current = _outer;
        foreach (var tensor in _tensors)
        {
            if (tensor.Scope == this)
                tensor.Dispose();
        }
    }
}
