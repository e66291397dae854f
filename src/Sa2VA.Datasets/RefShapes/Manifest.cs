using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// <c>ref-shapes.json</c> in the folder of a split: which seed and version its videos are of, so that a writer that goes on never mixes two.
/// </summary>
internal static class Manifest
{
    public const string FileName = "ref-shapes.json";

    /// <summary>Marks a folder, or makes sure that it is marked so.</summary>
    public static void Claim(string folder, RefShapesWriteOptions options)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            var content = new JsonObject { ["version"] = RefShapesVideo.Version, ["split"] = options.Split.Name(), ["seed"] = options.Seed };
            AtomicFile.Write(path, file => file.Write(JsonSerializer.SerializeToUtf8Bytes(content)));
            return;
        }

        var (version, seed) = Read(path);
        if (version != RefShapesVideo.Version || seed != options.Seed)
        {
            throw new DatasetException(
                $"'{folder}' holds Ref-Shapes version {version}, seed {seed}, and version {RefShapesVideo.Version}, seed {options.Seed} was asked for. Choose another folder, or delete this one.");
        }
    }

    private static (int Version, ulong Seed) Read(string path)
    {
        try
        {
            var content = JsonNode.Parse(File.ReadAllBytes(path));
            return ((int)content!["version"]!, (ulong)content["seed"]!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentNullException)
        {
            throw new DatasetException($"'{path}' is damaged: it should hold the version and the seed of the videos beside it. Delete the folder and write it again.", e);
        }
    }
}
