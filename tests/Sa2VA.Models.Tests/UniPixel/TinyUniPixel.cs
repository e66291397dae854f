using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tests.UniPixel;
using Sa2VA.Models.UniPixel;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

[assembly: AssemblyFixture(typeof(TinyUniPixel))]

namespace Sa2VA.Models.Tests.UniPixel;

/// <summary>A random UniPixel in the official layout, made and loaded once.</summary>
public sealed class TinyUniPixel : IDisposable
{
    public const string Preset = "tiny-unipixel";

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<UniPixelModel> _model;

    public TinyUniPixel()
    {
        Folder = Write("shared");
        _model = new(() => UniPixelModel.Load(Folder, Device.CPU));
    }

    /// <summary>The shared one's, not to be changed.</summary>
    public string Folder { get; }

    public UniPixelModel Model => _model.Value;

    public static List<RgbPixels> Noise(UniPixelConfig config, int count, int seed = 0)
    {
        var (width, height) = config.FrameSize(64, 48, count);
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var pixels = new byte[width * height * 3];
            random.NextBytes(pixels);
            return new RgbPixels(width, height, pixels);
        })];
    }

    /// <summary>A folder of its own, to be changed.</summary>
    public string Write(string name)
    {
        ModelInitializer.Write(ModelPreset.Named(Preset), _folder.File(name), new InitOptions { Dtype = SafetensorsDtype.F32 });
        return _folder.File(name);
    }

    /// <summary>Changes fields of its configuration.</summary>
    public static void Configure(string folder, Action<JsonNode> change)
    {
        var file = Path.Combine(folder, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        change(json);
        File.WriteAllText(file, json.ToJsonString());
    }

    /// <summary>Writes its weights again under other names; null leaves one out.</summary>
    public static void Rename(string folder, Func<string, string?> rename)
    {
        var (path, moved) = (Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "renamed"));
        using (var file = SafetensorsFile.Open(path))
        {
            using var scope = NewDisposeScope();
            var kept = file.Entries.Where(entry => rename(entry.Name) is not null).ToDictionary(entry => rename(entry.Name)!, StringComparer.Ordinal);
            using var writer = SafetensorsWriter.Create(moved, kept.Select(pair => new SafetensorsDeclaration(pair.Key, pair.Value.Dtype, pair.Value.Shape)));
            foreach (var entry in writer.Entries)
                writer.Append(entry.Name, file.Map(kept[entry.Name]));
            writer.Commit();
        }

        File.Move(moved, path, overwrite: true);
    }

    public void Dispose()
    {
        if (_model.IsValueCreated) _model.Value.Dispose();
        _folder.Dispose();
    }
}
