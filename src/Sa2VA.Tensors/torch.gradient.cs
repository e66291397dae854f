namespace Sa2VA.Tensors;

// Gradient mode: off unless asked for, per thread, and given with every call of an operator.
public static unsafe partial class torch
{
    [ThreadStatic] private static bool _gradientEnabled;

    internal static bool GradientEnabled => _gradientEnabled;

    public static bool is_grad_enabled() => _gradientEnabled;

    /// <summary>Records operations for <see cref="Tensor.backward"/> on this thread until the result is disposed.</summary>
    public static IDisposable enable_grad() => new GradientMode(true);

    /// <summary>Suspends recording inside an <see cref="enable_grad"/> region.</summary>
    public static IDisposable no_grad() => new GradientMode(false);

    private sealed class GradientMode : IDisposable
    {
        private readonly bool _before = _gradientEnabled;

        public GradientMode(bool enabled) => _gradientEnabled = enabled;

        public void Dispose() => _gradientEnabled = _before;
    }
}
