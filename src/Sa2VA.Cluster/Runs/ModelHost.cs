using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Runs;

/// <summary>Loads the model when somebody first needs it, and owns it and the thread that works with it.</summary>
internal sealed class ModelHost(string folder, string device) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private RunModel? _model;

    /// <summary>The thread for everything that touches tensors.</summary>
    public TensorThread Tensors { get; } = new("sa2va tensors");

    /// <summary>The model; the first caller waits for the weights to be mapped.</summary>
    public async Task<RunModel> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _model ??= await Tensors.RunAsync(() => RunModel.Load(folder, device), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_model is { } loaded) await Tensors.RunAsync(loaded.Dispose, CancellationToken.None);
        await Tensors.DisposeAsync();
        _turn.Dispose();
    }
}
