using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// The devices of a node: who computes where, and which models are loaded there. A lease is a slot and a share of the memory; models stay
/// loaded between leases. Thread-safe.
/// </summary>
internal sealed class DevicePool : IAsyncDisposable
{
    // What one object's memory bank and one video's frames in flight take, at full size; see docs/operations.md.
    private const long PerObjectMiB = 48;
    private const long PerVideoMiB = 256;

    private readonly Lock _gate = new();
    private readonly List<Place> _places;
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DevicePool(IReadOnlyList<DeviceSettings> devices) => _places = [.. devices.Select(device => new Place(device))];

    /// <summary>Slots of all devices.</summary>
    public int Slots => _places.Sum(place => place.Settings.Slots);

    /// <summary>MiB that a video with so many objects is expected to take beside the model.</summary>
    public static long Estimate(int objects) => PerVideoMiB + objects * PerObjectMiB;

    /// <summary>Waits for a device with a free slot and enough memory: one that has the model already before one that has not.</summary>
    /// <exception cref="RunException">No device will ever have enough memory.</exception>
    public async Task<DeviceLease> LeaseAsync(string modelFolder, int objects, CancellationToken cancellationToken)
    {
        var model = ModelMiB(modelFolder);
        var needed = Estimate(objects);
        if (_places.TrueForAll(place => place.Settings.MemoryMiB < model + needed))
        {
            throw new RunException(
                RunFailureKind.Device,
                $"{objects} object(s) with this model need about {model + needed} MiB, and the largest device has {_places.Max(place => place.Settings.MemoryMiB)} MiB. Ask for fewer objects at once, or raise memoryMiB.");
        }

        for (; ; )
        {
            Task released;
            lock (_gate)
            {
                var place = _places.Where(place => place.Fits(modelFolder, model, needed)).OrderByDescending(place => place.Models.ContainsKey(modelFolder)).ThenBy(place => place.Busy).FirstOrDefault();
                if (place is not null) return Take(place, modelFolder, model, needed);
                released = _released.Task;
            }

            await released.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var loaded in _places.SelectMany(place => place.Models.Values)) await loaded.Host.DisposeAsync();
    }

    private static long ModelMiB(string folder)
        => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length) >> 20 : 0;

    private DeviceLease Take(Place place, string modelFolder, long model, long needed)
    {
        if (!place.Models.TryGetValue(modelFolder, out var loaded))
            place.Models.Add(modelFolder, loaded = new Loaded(new ModelHost(modelFolder, place.Settings.Device), model));
        place.Busy++;
        place.VideosMiB += needed;
        return new DeviceLease(place.Settings.Device, loaded.Host, () => Release(place, needed));
    }

    private void Release(Place place, long needed)
    {
        lock (_gate)
        {
            place.Busy--;
            place.VideosMiB -= needed;
            _released.TrySetResult();
            _released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed record Loaded(ModelHost Host, long MiB);

    private sealed class Place(DeviceSettings settings)
    {
        public DeviceSettings Settings { get; } = settings;

        public Dictionary<string, Loaded> Models { get; } = [];

        public int Busy { get; set; }

        public long VideosMiB { get; set; }

        public bool Fits(string modelFolder, long model, long needed)
        {
            if (Busy >= Settings.Slots) return false;
            if (Settings.MemoryMiB is not { } memory) return true;
            var models = Models.Values.Sum(loaded => loaded.MiB) + (Models.ContainsKey(modelFolder) ? 0 : model);
            return models + VideosMiB + needed <= memory;
        }
    }
}

/// <summary>A slot on a device until disposed.</summary>
internal sealed class DeviceLease(string device, ModelHost model, Action release) : IDisposable
{
    private Action? _release = release;

    public string Device { get; } = device;

    public ModelHost Model { get; } = model;

    public void Dispose() => Interlocked.Exchange(ref _release, value: null)?.Invoke();
}
