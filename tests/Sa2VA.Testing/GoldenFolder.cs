using System.Text.Json;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Xunit;

namespace Sa2VA.Testing;

/// <summary>
/// One golden case: its <c>config.json</c>, the inputs and expected values of <c>io.safetensors</c>, and where its weights are.
/// It owns the tensors that it hands out.
/// </summary>
public sealed class GoldenFolder : IDisposable
{
    private readonly Dictionary<string, SafetensorsFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly JsonDocument _config;

    internal GoldenFolder(string name, string path)
    {
        Name = name;
        FullPath = path;
        _config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "config.json")));
    }

    /// <summary>The path relative to the root of the set.</summary>
    public string Name { get; }

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>The hyper-parameters and the description of the cases.</summary>
    public JsonElement Config => _config.RootElement;

    /// <summary>The weights: the folder's own, or those that <c>config.json</c> names in another folder.</summary>
    public string WeightsPath => Path.GetFullPath(Path.Combine(
        FullPath, Config.TryGetProperty("weights", out var other) && other.ValueKind == JsonValueKind.String ? other.GetString()! : "weights.safetensors"));

    /// <summary>The names in <c>io.safetensors</c>, sorted.</summary>
    public IReadOnlyList<string> Names => [.. Io.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal)];

    private SafetensorsFile Io => Open(Path.Combine(FullPath, "io.safetensors"));

    /// <summary>A recorded tensor with the element type it was stored in.</summary>
    public Tensor this[string name] => Tensor(Io, name);

    /// <summary>Whether a tensor was recorded.</summary>
    public bool Has(string name) => Io.TryGet(name, out _);

    /// <summary>
    /// A tensor of this folder by name, or of another one as <c>config.json</c> writes it: <c>../other/io.safetensors:name</c>.
    /// </summary>
    public Tensor Resolve(string reference)
    {
        var colon = reference.LastIndexOf(".safetensors:", StringComparison.Ordinal);
        if (colon < 0)
            return this[reference];
        var end = colon + ".safetensors".Length;
        return Tensor(Open(Path.GetFullPath(Path.Combine(FullPath, reference[..end]))), reference[(end + 1)..]);
    }

    /// <summary>Every weight, float16 and bfloat16 widened to float32.</summary>
    /// <remarks>The caller owns the tensors: they belong to the current scope.</remarks>
    public Dictionary<string, Tensor> LoadWeights() => SafetensorsTensors.Load(WeightsPath, widen: true);

    /// <summary>Checks a result against the recorded tensor and prints the largest difference to the test's output.</summary>
    /// <param name="name">The recorded tensor.</param>
    /// <param name="actual">The result, of the same shape and any element type.</param>
    /// <param name="tolerance">Largest absolute difference that is accepted.</param>
    /// <param name="relative">Added to it: this much of the expected value's size.</param>
    /// <exception cref="GoldenMismatchException">A value is further off, or the shapes differ.</exception>
    public void AssertClose(string name, Tensor actual, double tolerance, double relative = 0) =>
        AssertClose(name, this[name], actual, tolerance, relative);

    /// <summary>The same for an expected value that was derived from recorded ones.</summary>
    public void AssertClose(string name, Tensor expected, Tensor actual, double tolerance, double relative = 0)
    {
        var difference = Difference.Between(expected, actual, tolerance, relative);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Name}: {name}: {difference}");
        if (!difference.IsAccepted)
            throw new GoldenMismatchException($"{Name}: {name}: {difference}");
    }

    /// <summary>Releases the tensors and the files.</summary>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        foreach (var file in _files.Values)
            file.Dispose();
        _config.Dispose();
    }

    private SafetensorsFile Open(string path)
    {
        if (!_files.TryGetValue(path, out var file))
            _files.Add(path, file = SafetensorsFile.Open(path));
        return file;
    }

    private Tensor Tensor(SafetensorsFile file, string name)
    {
        var key = $"{file.Path}:{name}";
        if (!_tensors.TryGetValue(key, out var tensor))
            _tensors.Add(key, tensor = file.Map(file[name]).DetachFromDisposeScope());
        return tensor;
    }
}

/// <summary>A result differs from the recorded one by more than was allowed.</summary>
public sealed class GoldenMismatchException(string message) : Exception(message);
