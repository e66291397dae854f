using System.Text.Json;
using Sa2VA.Media.Masks;
using Sa2VA.Tensors;

namespace Sa2VA.Evaluation.Tests.Metrics;

/// <summary>The recorded masks and the numbers that the reference got for them.</summary>
public sealed class GoldenMetrics : IDisposable
{
    private readonly GoldenFolder _folder = Golden.Open("metrics");
    private readonly JsonDocument _expected;

    public GoldenMetrics() => _expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder.FullPath, "expected.json")));

    public JsonElement Expected => _expected.RootElement;

    public byte[] Pixels(string name) => _folder[name].data<byte>().ToArray();

    public Rle Mask(string name)
    {
        var tensor = _folder[name];
        return RleCodec.Encode(tensor.data<byte>(), (int)tensor.shape[0], (int)tensor.shape[1]);
    }

    /// <summary>The masks of one object of the video case.</summary>
    public IReadOnlyList<Rle> Clip(string name, int obj)
    {
        var tensor = _folder[name];
        var (frames, height, width) = ((int)tensor.shape[1], (int)tensor.shape[2], (int)tensor.shape[3]);
        var pixels = tensor.data<byte>().ToArray();
        return [.. Enumerable.Range(0, frames).Select(f => RleCodec.Encode(pixels.AsSpan((obj * frames + f) * height * width, height * width), height, width))];
    }

    public void Dispose()
    {
        _expected.Dispose();
        _folder.Dispose();
    }
}
