using System.Collections.Immutable;
using System.Text.Json;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// <c>model.safetensors.index.json</c>: which shard of a folder holds which tensor. Shards are named by bare file names of the same
/// folder; anything that could lead out of it is refused.
/// </summary>
public sealed record SafetensorsIndex(ImmutableSortedDictionary<string, string> ShardOfTensor)
{
    /// <summary>The name of the index file in a folder.</summary>
    public const string FileName = "model.safetensors.index.json";

    /// <summary>The shards, sorted by name.</summary>
    public ImmutableArray<string> Shards =>
        [.. ShardOfTensor.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Reads and verifies an index; the shards themselves are not opened.</summary>
    /// <exception cref="SafetensorsException">It is absent, not an index, or names a file outside the folder.</exception>
    public static SafetensorsIndex Read(string path)
    {
        using var document = ParseJson(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new SafetensorsException(path, "has no 'weight_map' from tensors to files, so it is not an index of safetensors shards.");

        var shards = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in map.EnumerateObject())
        {
            var shard = pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : throw new SafetensorsException(path, pair.Name, "is not mapped to a file name.");
            if (!IsFileOfTheFolder(shard))
                throw new SafetensorsException(path, pair.Name, $"is mapped to '{SafetensorsException.Printable(shard)}', which is not the name of a .safetensors file in the same folder.");
            shards.Add(pair.Name, shard);
        }

        return shards.Count > 0
            ? new SafetensorsIndex(shards.ToImmutable())
            : throw new SafetensorsException(path, "its 'weight_map' is empty.");
    }

    private static JsonDocument ParseJson(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > SafetensorsHeader.LongestHeader)
                throw new SafetensorsException(path, $"is {length} bytes long, more than the limit of {SafetensorsHeader.LongestHeader} for an index.");
            return JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new SafetensorsException(path, $"is not valid JSON ({e.Message}). Fetch it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SafetensorsException(path, $"cannot be opened: {e.Message}", e);
        }
    }

    private static bool IsFileOfTheFolder(string shard) =>
        shard.Length is > 0 and <= 255
        && shard.EndsWith(".safetensors", StringComparison.Ordinal)
        && !shard.Contains("..", StringComparison.Ordinal)
        && shard.All(static c => !char.IsControl(c) && c is not ('/' or '\\' or ':'));
}
