using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Runs;

/// <summary>
/// A model folder on a device, for one run or for many. It is loaded when a run first needs it, and owned here together with the thread
/// that works with it; dispose of it after the last run. The files must not change while it lives: results are filed under what they
/// hold when a run begins.
/// </summary>
public sealed class ModelHost : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _folder;
    private readonly string _device;
    private RunModel? _model;

    /// <summary>Names a model; nothing is opened yet.</summary>
    /// <param name="folder">Model folder in the official layout.</param>
    /// <param name="device">Device by name, as <see cref="RunRequest.Device"/>.</param>
    public ModelHost(string folder, string device) => (_folder, _device) = (Path.GetFullPath(folder), device);

    /// <summary>The thread for everything that touches tensors.</summary>
    internal TensorThread Tensors { get; } = new("sa2va tensors");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_model is { } loaded) await Tensors.RunAsync(loaded.Dispose, CancellationToken.None);
        await Tensors.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>Refuses a request for another model, whose results would be filed under the wrong name.</summary>
    internal void CheckServes(RunRequest request)
    {
        if (Path.GetFullPath(request.ModelFolder) != _folder || request.Device != _device)
        {
            throw new RunException(
                RunFailureKind.Settings,
                $"The request asks for the model '{request.ModelFolder}' on {request.Device}, but '{_folder}' on {_device} was given to run it.");
        }
    }

    /// <summary>The model; the first caller waits for the weights to be mapped.</summary>
    internal async Task<RunModel> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _model ??= await Tensors.RunAsync(() => RunModel.Load(_folder, _device), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
