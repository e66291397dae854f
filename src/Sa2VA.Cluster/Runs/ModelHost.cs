using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Runs;

/// <summary>
/// A model folder on a device, for one run or for many. It is loaded when a run first needs it, and owned here together with the thread
/// that works with it; dispose of it after the last run. The files must not change while it lives: results are filed under what they
/// hold when a run begins.
/// </summary>
public sealed class ModelHost : IAsyncDisposable
{
    // Runs beyond it wait for a moment to be heard; their pictures are in memory anyway.
    private const int MailboxCapacity = 64;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ModelChoice _model;
    private readonly string _device;
    private readonly KeyframeOptions _keyframeOptions;

    // The language model's own: it works for all runs, and ends with the model.
    private readonly ActorSystem _system = new();
    private ActorRef<KeyframeCommand>? _keyframes;
    private RunModel? _loaded;
    private int _spawned;

    /// <summary>Names a model; nothing is opened yet.</summary>
    /// <param name="model">Model folder in the official layout, and how it is used.</param>
    /// <param name="device">Device by name, as <see cref="RunRequest.Device"/>.</param>
    /// <param name="keyframes">What the language model works on together; null for the defaults.</param>
    public ModelHost(ModelChoice model, string device, KeyframeOptions? keyframes = null)
    {
        (_device, _keyframeOptions) = (device, keyframes ?? new KeyframeOptions());
        _model = model with { Folder = Path.GetFullPath(model.Folder) };
    }

    /// <summary>Told how many key frames were looked at together.</summary>
    internal Action<int> Looked { get; init; } = static _ => { };

    /// <summary>Told how many answers were decoded together.</summary>
    internal Action<int> Decoded { get; init; } = static _ => { };

    /// <summary>The thread for everything that touches tensors.</summary>
    internal TensorThread Tensors { get; } = new("sa2va tensors");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        if (_loaded is { } loaded) await Tensors.RunAsync(loaded.Dispose, CancellationToken.None);
        await Tensors.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>Refuses a request for another model, whose results would be filed under the wrong name.</summary>
    internal void CheckServes(RunRequest request)
    {
        if (VideoRun.ModelOf(request) != _model || request.Device != _device)
        {
            throw new RunException(
                RunFailureKind.Settings,
                $"The request asks for the model '{request.ModelFolder}' on {request.Device}, but '{_model.Folder}' on {_device} was given to run it, or the two use it differently.");
        }
    }

    /// <summary>The actor of the model's language model, which all runs share; null for a plain SAM 2, which has none.</summary>
    internal async Task<(IGroundingModel Model, ActorRef<KeyframeCommand> Actor)?> KeyframesAsync(CancellationToken cancellationToken)
    {
        if ((await GetAsync(cancellationToken)).Language is not { } language) return null;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_keyframes is null || _keyframes.Terminated.IsCompleted)
                _keyframes = _system.Spawn("keyframes", () => new KeyframeActor(language, Tensors, _keyframeOptions, Looked, Decoded), new ActorOptions { MailboxCapacity = MailboxCapacity });
            return (language, _keyframes);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Starts an actor that works with the model and ends before it does, at the latest.</summary>
    internal ActorRef<TMessage> Spawn<TMessage>(string name, Func<Actor<TMessage>> factory, int mailboxCapacity) =>
        _system.Spawn($"{name}-{Interlocked.Increment(ref _spawned)}", factory, new ActorOptions { MailboxCapacity = mailboxCapacity, Supervision = SupervisionStrategy.StopOnFailure });

    /// <summary>The model; the first caller waits for the weights to be mapped.</summary>
    internal async Task<RunModel> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _loaded ??= await Tensors.RunAsync(() => RunModel.Load(_model, _device), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
