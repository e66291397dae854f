using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Weights;

/// <summary>
/// The parameters of a checkpoint: a folder of safetensors, or one file. On the CPU a parameter whose stored element type fits is a
/// view of the mapped file and costs no memory of its own; others are converted once. It owns every tensor that it hands out.
/// </summary>
public sealed class CheckpointStore : WeightStore
{
    private readonly SafetensorsFolder _folder;
    private readonly Dictionary<(string Name, ScalarType Type), Tensor> _tensors = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    private CheckpointStore(SafetensorsFolder folder, Device device) => (_folder, Device) = (folder, device);

    /// <summary>Where the parameters are needed.</summary>
    public override Device Device { get; }

    /// <summary>The folder or file, as it was given.</summary>
    public string Path => _folder.Path;

    /// <summary>Bytes of parameters that are copies; the rest is the mapped files.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Maps the weights of a checkpoint; nothing is read but the headers.</summary>
    /// <exception cref="ModelFolderException">There are no weights, or a file is damaged or missing.</exception>
    public static CheckpointStore Open(string path, Device? device = null)
    {
        try
        {
            return new CheckpointStore(SafetensorsFolder.Open(path), device ?? Device.CPU);
        }
        catch (SafetensorsException e)
        {
            throw new ModelFolderException($"The weights cannot be loaded. {e.Message}", e);
        }
    }

    /// <summary>Whether the checkpoint holds a tensor, under this name or one of its alternatives.</summary>
    public override bool Has(string name) => Find(name) is not null;

    /// <summary>An optional tensor belongs to the model when the checkpoint holds it.</summary>
    public override bool Wants(string name, bool fallback) => Has(name);

    /// <summary>The parameter in the type asked for; the same tensor when it is asked for again.</summary>
    /// <exception cref="ModelFolderException">It is missing, misshaped, or not of floating point.</exception>
    public override Tensor Get(string name, long[] shape, Init init, ScalarType? type)
    {
        var (file, entry) = Fitting(name, shape);
        var stored = entry.Dtype.ToScalarType();
        var wanted = type ?? (stored == ScalarType.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        if (!_tensors.TryGetValue((entry.Name, wanted), out var tensor))
            _tensors.Add((entry.Name, wanted), tensor = Load(file, entry, wanted));
        return tensor;
    }

    /// <summary>Where a parameter is stored, in the shape asked for; it counts as used then.</summary>
    private (SafetensorsFile File, SafetensorsEntry Entry) Fitting(string name, long[] shape)
    {
        var (file, entry) = Find(name) ?? throw Missing(name, shape);
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new ModelFolderException(
                $"'{file.Path}' stores '{entry.Name}' as {entry}, but the configuration asks for [{string.Join(", ", shape)}]. "
                + "The folder seems to mix two models: fetch it again, or correct its config.json.");
        }

        if (!entry.Dtype.ToScalarType().IsFloatingPoint())
            throw new ModelFolderException($"'{file.Path}' stores '{entry.Name}' as {entry}, but a parameter is of floating point. Quantised checkpoints are not supported: fetch the original one.");

        _used.Add(entry.Name);
        return (file, entry);
    }

    /// <summary>
    /// Called when every module has been built: a tensor that none asked for means that the checkpoint is of another model.
    /// </summary>
    /// <exception cref="ModelFolderException">There are such tensors; the message names the first ones.</exception>
    public void ThrowIfSurplus()
    {
        var surplus = Surplus();
        if (surplus.Count == 0)
            return;
        const int shown = 8;
        throw new ModelFolderException(
            $"'{Path}' holds {surplus.Count} tensors that the model described by its configuration does not have: "
            + string.Join(", ", surplus.Take(shown).Select(name => $"'{name}'")) + (surplus.Count > shown ? ", …" : "")
            + ". The folder seems to mix two models, or its config.json is of another one.");
    }

    /// <summary>The tensors of the checkpoint that nobody has asked for so far, sorted.</summary>
    public IReadOnlyList<string> Surplus() =>
        [.. _folder.TensorNames.Where(name => !_used.Contains(name) && !WeightNames.IsBuffer(name)).Order(StringComparer.Ordinal)];

    /// <summary>Releases the tensors and the mapped files.</summary>
    protected override void Dispose(bool disposing)
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
        _folder.Dispose();
    }

    protected override Tensor Stored(string name, long[] shape, Init init)
    {
        var (file, entry) = Fitting(name, shape);
        var mapped = file.Map(entry);
        return entry.Dtype is SafetensorsDtype.F32 or SafetensorsDtype.BF16 ? mapped : mapped.to(ScalarType.Float32);
    }

    /// <summary>The pages of the mapped file leave memory.</summary>
    protected override void WasRead(string name)
    {
        if (Find(name) is var (file, entry)) file.DropPages(entry);
    }

    private (SafetensorsFile File, SafetensorsEntry Entry)? Find(string name)
    {
        foreach (var alternative in WeightNames.Alternatives(name))
        {
            if (_folder.TryGet(alternative, out var file, out var entry))
                return (file, entry);
        }

        return null;
    }

    private Tensor Load(SafetensorsFile file, SafetensorsEntry entry, ScalarType wanted)
    {
        var mapped = file.Map(entry);
        if (Device.Type == DeviceType.CPU && mapped.dtype == wanted)
            return mapped.DetachFromDisposeScope();
        using (mapped)
        {
            CopiedBytes += entry.ElementCount * wanted.ElementSize();
            // The bytes travel as they are stored and are converted over there: a widening copy would double the traffic.
            using var moved = mapped.to(Device);
            return moved.to(wanted).DetachFromDisposeScope();
        }
    }

    private ModelFolderException Missing(string name, long[] shape)
    {
        var known = name.Split('.');
        var depth = known.Length - 1;
        while (depth > 0 && !_folder.TensorNames.Any(tensor => tensor.StartsWith(string.Join('.', known[..depth]) + ".", StringComparison.Ordinal)))
            depth--;
        var hint = depth == known.Length - 1 ? ""
            : $" It holds nothing under '{string.Join('.', known[..(depth + 1)])}.'.";
        return new ModelFolderException(
            $"'{Path}' lacks the tensor '{name}' [{string.Join(", ", shape)}] that the configuration asks for.{hint} "
            + "Fetch the folder again, or give the one of the model that its config.json describes.");
    }
}
