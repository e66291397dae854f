using System.Globalization;

namespace Sa2VA.Tensors;

public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

/// <summary>Where a tensor lives. Named as in torch: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
public readonly record struct Device(DeviceType Type, int Index = -1)
{
    public static Device CPU => new(DeviceType.CPU);

    /// <exception cref="TensorException">The name is not one of <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>.</exception>
    public static Device Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = name.Trim().ToLowerInvariant();
        if (text == "cpu")
            return CPU;
        if (text == "cuda")
            return new Device(DeviceType.CUDA, 0);
        if (text.StartsWith("cuda:", StringComparison.Ordinal) &&
            int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return new Device(DeviceType.CUDA, index);
        throw new TensorException($"'{name}' is not a device; use cpu, cuda or cuda:N.");
    }

    /// <summary>Refuses a device that this machine or this libtorch does not have.</summary>
    /// <exception cref="TensorException">There is no such device.</exception>
    public void ThrowIfAbsent()
    {
        if (Type != DeviceType.CUDA)
            return;
        var count = torch.cuda.device_count();
        if (Index >= count)
        {
            throw new TensorException(
                count == 0
                    ? $"There is no {this}: this libtorch ({torch.version}) sees no CUDA device. Use cpu, or build against a CUDA libtorch (TORCH_DIR)."
                    : $"There is no {this}: this machine has {count} CUDA device(s), numbered from 0.");
        }
    }

    public static implicit operator Device(string name) => Parse(name);

    public override string ToString() => Type == DeviceType.CPU ? "cpu" : Index < 0 ? "cuda" : $"cuda:{Index}";
}
