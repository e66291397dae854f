using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Weights;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// The devices of a node: who computes where, and which models are loaded there. A lease is a slot and a share of the memory; models stay
/// loaded between leases, and so do trackers of videos that are likely to come back, as long as no lease needs their memory. Smaller videos may
/// pass one that waits for memory, but only for a while: then what is given back is kept for it. Thread-safe.
/// </summary>
internal sealed class DevicePool : IAsyncDisposable
{
    // What one object's memory bank and one video's frames in flight take, at full size; see docs/operations.md.
    private const long PerObjectMiB = 48;
    private const long PerVideoMiB = 256;

    // What keeps no tracker warm.
    private const string Nobody = "";

    // How long a video may be passed by others. They are done in minutes at most, as slices are.
    private static readonly TimeSpan PassedFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    // In the order in which they came.
    private readonly LinkedList<Waiting> _waiting = [];
    private readonly List<Place> _places;
    private readonly Func<ModelChoice, string, ModelHost> _load;
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="devices">The devices.</param>
    /// <param name="load">Names a model and a device.</param>
    /// <param name="warmTime">How long a tracker waits for its video to come back.</param>
    /// <param name="time">The clock.</param>
    public DevicePool(IReadOnlyList<DeviceSettings> devices, Func<ModelChoice, string, ModelHost> load, TimeSpan warmTime, TimeProvider time)
    {
        (_load, _time) = (load, time);
        _places = [.. devices.Select(device => new Place(device, new WarmVideos(device.WarmMiB << 20, warmTime, time)))];
    }

    /// <summary>Slots of all devices.</summary>
    public int Slots => _places.Sum(place => place.Settings.Slots);

    /// <summary>MiB that a video with so many objects is expected to take beside the model.</summary>
    public static long Estimate(int objects) => PerVideoMiB + objects * PerObjectMiB;

    /// <summary>Waits for a device with a free slot and enough memory: first the one that has the video's own tracker, then one that has the model.</summary>
    /// <exception cref="RunException">No device will ever have enough memory.</exception>
    public async Task<DeviceLease> LeaseAsync(string videoId, ModelChoice choice, int objects, CancellationToken cancellationToken)
    {
        var model = ModelMiB(choice);
        var needed = Estimate(objects);
        if (_places.TrueForAll(place => place.Settings.MemoryMiB < model + needed))
        {
            throw new RunException(
                RunFailureKind.Device,
                $"{objects} object(s) with this model need about {model + needed} MiB, and the largest device has {_places.Max(place => place.Settings.MemoryMiB)} MiB. Ask for fewer objects at once, or raise memoryMiB.");
        }

        return await LeaseAsync(videoId, new Waiting(choice, model, needed, takesSlot: true, _time.GetTimestamp()), cancellationToken);
    }

    /// <summary>Waits for a device with enough memory beside the model; takes no slot.</summary>
    /// <param name="choice">The model.</param>
    /// <param name="neededMiB">What is needed beside it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunException">No device will ever have enough memory.</exception>
    public async Task<DeviceLease> LeaseMemoryAsync(ModelChoice choice, long neededMiB, CancellationToken cancellationToken)
    {
        var model = ModelMiB(choice);
        if (_places.TrueForAll(place => place.Settings.MemoryMiB < model + neededMiB))
        {
            throw new RunException(
                RunFailureKind.Device,
                $"A conversation with this model needs about {model + neededMiB} MiB, and the largest device has {_places.Max(place => place.Settings.MemoryMiB)} MiB. Lower conversations.memoryMiB, or raise memoryMiB.");
        }

        return await LeaseAsync(Nobody, new Waiting(choice, model, neededMiB, takesSlot: false, _time.GetTimestamp()), cancellationToken);
    }

    private async Task<DeviceLease> LeaseAsync(string videoId, Waiting waiting, CancellationToken cancellationToken)
    {
        lock (_gate) _waiting.AddLast(waiting);
        try
        {
            for (; ; )
            {
                Task changed;
                lock (_gate)
                {
                    if (PlaceFor(videoId, waiting) is { } place) return Take(place, videoId, waiting);
                    changed = _changed.Task;
                }

                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(waiting);
                // Who waited behind it may have its turn now.
                if (_waiting.Count > 0) Changed();
            }
        }
    }

    /// <summary>Drops a video's tracker unless it was left under that epoch, the journal's latest; always when it is null.</summary>
    public void DropWarmUnless(string videoId, long? epoch) => _places.ForEach(place => place.Warm.DropUnless(videoId, epoch));

    /// <summary>Drops trackers that were waited for long enough.</summary>
    public void DropExpired() => _places.ForEach(place => place.Warm.DropExpired());

    public async ValueTask DisposeAsync()
    {
        _places.ForEach(place => place.Warm.Dispose());
        foreach (var loaded in _places.SelectMany(place => place.Models.Values)) await loaded.Host.DisposeAsync();
    }

    private static long ModelMiB(ModelChoice model)
        => (WeightBytes.Of(model.Folder, model.Variant.Quantize) + (model.Variant.Sam2 is { } sam2 ? WeightBytes.Of(sam2, Quantization.None) : 0)) >> 20;

    private Place? PlaceFor(string videoId, Waiting video)
    {
        var before = _waiting.TakeWhile(other => other != video).Where(other => _time.GetElapsedTime(other.Since) >= PassedFor).ToList();
        return _places.Where(place => place.Fits(video) && !before.Exists(place.WillFit))
            .OrderByDescending(place => place.Warm.Has(videoId)).ThenByDescending(place => place.Models.ContainsKey(video.Model)).ThenBy(place => place.Busy).FirstOrDefault();
    }

    private DeviceLease Take(Place place, string videoId, Waiting lease)
    {
        if (!place.Models.TryGetValue(lease.Model, out var loaded))
            place.Models.Add(lease.Model, loaded = new Loaded(_load(lease.Model, place.Settings.Device), lease.ModelMiB));
        if (lease.TakesSlot) place.Busy++;
        place.VideosMiB += lease.NeededMiB;
        // Of use on its own device only, where it is out of the way of the others.
        foreach (var other in _places.Where(other => other != place)) other.Warm.DropUnless(videoId, epoch: null);
        place.MakeRoom();
        return new DeviceLease(place.Settings.Device, loaded.Host, place.Warm, () => Release(place, lease));
    }

    private void Release(Place place, Waiting lease)
    {
        lock (_gate)
        {
            if (lease.TakesSlot) place.Busy--;
            place.VideosMiB -= lease.NeededMiB;
            Changed();
        }
    }

    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Loaded(ModelHost Host, long MiB);

    /// <summary>A video, or a conversation, that has no place yet, since when by the clock's timestamps.</summary>
    private sealed class Waiting(ModelChoice model, long modelMiB, long neededMiB, bool takesSlot, long since)
    {
        public bool TakesSlot => takesSlot;

        public ModelChoice Model => model;

        public long ModelMiB => modelMiB;

        public long NeededMiB => neededMiB;

        public long Since => since;
    }

    private sealed class Place(DeviceSettings settings, WarmVideos warm)
    {
        public DeviceSettings Settings { get; } = settings;

        public WarmVideos Warm { get; } = warm;

        public Dictionary<ModelChoice, Loaded> Models { get; } = [];

        public int Busy { get; set; }

        public long VideosMiB { get; set; }

        public bool Fits(Waiting video) => (!video.TakesSlot || Busy < Settings.Slots) && Has(VideosMiB, video);

        /// <summary>Whether it fits once the others here are done.</summary>
        public bool WillFit(Waiting video) => Has(videosMiB: 0, video);

        private bool Has(long videosMiB, Waiting video)
        {
            if (Settings.MemoryMiB is not { } memory) return true;
            var models = Models.Values.Sum(loaded => loaded.MiB) + (Models.ContainsKey(video.Model) ? 0 : video.ModelMiB);
            return models + videosMiB + video.NeededMiB <= memory;
        }

        /// <summary>What waits gives way to what works.</summary>
        public void MakeRoom()
        {
            if (Settings.MemoryMiB is { } memory) Warm.Shrink((memory - Models.Values.Sum(loaded => loaded.MiB) - VideosMiB) << 20);
        }
    }
}

/// <summary>A slot on a device until disposed.</summary>
internal sealed class DeviceLease(string device, ModelHost model, WarmVideos warm, Action release) : IDisposable
{
    private Action? _release = release;

    public string Device { get; } = device;

    public ModelHost Model { get; } = model;

    /// <summary>Where the device keeps videos between their sittings.</summary>
    public WarmVideos Warm { get; } = warm;

    public void Dispose() => Interlocked.Exchange(ref _release, value: null)?.Invoke();
}
