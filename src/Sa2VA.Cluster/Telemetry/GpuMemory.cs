using System.Runtime.InteropServices;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Memory of a device.</summary>
/// <param name="Gpu">Its number, as the driver counts.</param>
/// <param name="Used">Bytes that are taken, by whomever.</param>
/// <param name="Total">Bytes that it has.</param>
public sealed record GpuMemory(string Gpu, long Used, long Total);

/// <summary>Asks NVIDIA's driver (NVML), which comes with every one of them. Without it there is nothing to say.</summary>
internal static unsafe class NvidiaDriver
{
    private static readonly Lazy<Entries?> Library = new(Load);

    /// <summary>The memory of each device; empty without a driver or when it does not answer.</summary>
    public static IReadOnlyList<GpuMemory> ReadMemory()
    {
        uint count = 0;
        if (Library.Value is not { } nvml || nvml.Count(&count) != 0) return [];
        var all = new List<GpuMemory>();
        for (var i = 0u; i < count; i++)
        {
            nint device = 0;
            MemoryInfo memory = default;
            if (nvml.Device(i, &device) == 0 && nvml.Memory(device, &memory) == 0) all.Add(new GpuMemory($"{i}", (long)memory.Used, (long)memory.Total));
        }

        return all;
    }

    private static Entries? Load()
    {
        if (!NativeLibrary.TryLoad("libnvidia-ml.so.1", out var library)) return null;
        if (!NativeLibrary.TryGetExport(library, "nvmlInit_v2", out var init) || !NativeLibrary.TryGetExport(library, "nvmlDeviceGetCount_v2", out var count)
            || !NativeLibrary.TryGetExport(library, "nvmlDeviceGetHandleByIndex_v2", out var device) || !NativeLibrary.TryGetExport(library, "nvmlDeviceGetMemoryInfo", out var memory))
            return null;
        // It stays initialised until the process ends; the driver cleans up behind processes.
        return ((delegate* unmanaged<int>)init)() == 0 ? new Entries(count, device, memory) : null;
    }

    /// <summary>nvmlMemory_t.</summary>
    private struct MemoryInfo
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    private sealed class Entries(nint count, nint device, nint memory)
    {
        public int Count(uint* number) => ((delegate* unmanaged<uint*, int>)count)(number);

        public int Device(uint index, nint* handle) => ((delegate* unmanaged<uint, nint*, int>)device)(index, handle);

        public int Memory(nint handle, MemoryInfo* info) => ((delegate* unmanaged<nint, MemoryInfo*, int>)memory)(handle, info);
    }
}
