using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Runs;

/// <summary>
/// The id under which a run is stored: a digest of what decides its masks, that is the order, the video's content and
/// the model. Renaming or touching a file does not change it; another file under the same name does. The pictures of a
/// folder count with their names, which decide their order.
/// </summary>
internal static class RunIdentity
{
    // Containers keep their index at one of the ends, and any re-encode changes both.
    private const int SampleBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    public static string Of(VideoOrder order)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(Nameless(order), Json));
        AppendVideo(hash, order.Path);
        AppendModel(hash, order.Model);
        if (order.Variant?.Sam2 is { } sam2) AppendModel(hash, sam2);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>What is looked at by its content has no name here.</summary>
    private static VideoOrder Nameless(VideoOrder order) => order with
    {
        Path = "", Model = "", Variant = order.Variant is { Sam2: not null } variant ? variant with { Sam2 = "" } : order.Variant,
    };

    private static void AppendModel(IncrementalHash hash, string folder)
    {
        foreach (var file in ModelFiles(folder))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            AppendSample(hash, file);
        }
    }

    private static void AppendVideo(IncrementalHash hash, string path)
    {
        foreach (var file in VideoFiles.Of(path))
        {
            if (file != path) hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            AppendSample(hash, file);
        }
    }

    private static IEnumerable<string> ModelFiles(string folder)
        => File.Exists(folder) ? [folder] : Directory.EnumerateFiles(folder).Where(f => f.EndsWith(".safetensors", StringComparison.Ordinal) || f.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static void AppendSample(IncrementalHash hash, string path)
    {
        using var file = File.OpenRead(path);
        hash.AppendData(BitConverter.GetBytes(file.Length));
        var sample = new byte[SampleBytes];
        hash.AppendData(sample, 0, file.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false));
        if (file.Length <= SampleBytes) return;
        file.Seek(-Math.Min(SampleBytes, file.Length - SampleBytes), SeekOrigin.End);
        hash.AppendData(sample, 0, file.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false));
    }
}
