using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// The layout of a checkpoint over files: one <c>model.safetensors</c> when it fits, else <c>model-0000k-of-0000n.safetensors</c> with
/// an index, cut where a shard would grow beyond the limit.
/// </summary>
public static partial class SafetensorsShards
{
    /// <summary>The usual limit of a shard: 5 GB.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    /// <summary>Distributes tensors, in ordinal order of their names, over files of at most <paramref name="shardBytes"/> of data.</summary>
    /// <remarks>A tensor larger than the limit has a shard of its own.</remarks>
    public static IReadOnlyList<(string FileName, IReadOnlyList<SafetensorsDeclaration> Tensors)> Plan(
        IEnumerable<SafetensorsDeclaration> tensors, long shardBytes = DefaultShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardBytes, 1);
        var shards = new List<List<SafetensorsDeclaration>> { new() };
        var size = 0L;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            if (shards[^1].Count > 0 && size + tensor.ByteCount > shardBytes)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(tensor);
            size += tensor.ByteCount;
        }

        return [.. shards.Select((shard, i) => (FileName(i, shards.Count), (IReadOnlyList<SafetensorsDeclaration>)shard))];
    }

    /// <summary>
    /// Writes a checkpoint into a folder. The index comes last, so that a folder with an index is complete; weight files of another
    /// layout that the folder held before are removed.
    /// </summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="tensors">What to write.</param>
    /// <param name="write">Called once for each tensor; appends its data.</param>
    /// <param name="shardBytes">Most bytes of data in a shard.</param>
    /// <param name="cancellationToken">Counts between tensors; files that are complete stay.</param>
    public static void Write(
        string folder, IEnumerable<SafetensorsDeclaration> tensors, Action<SafetensorsEntry, SafetensorsWriter> write,
        long shardBytes = DefaultShardBytes, CancellationToken cancellationToken = default)
    {
        var plan = Plan(tensors, shardBytes);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        File.Delete(Path.Combine(folder, SafetensorsIndex.FileName));
        foreach (var (fileName, shard) in plan)
        {
            using var writer = SafetensorsWriter.Create(Path.Combine(folder, fileName), shard, metadata);
            foreach (var entry in writer.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                write(entry, writer);
            }

            writer.Commit();
        }

        RemoveOthers(folder, plan.Select(shard => shard.FileName));
        if (plan.Count > 1)
            DurableFile.WriteAllBytes(Path.Combine(folder, SafetensorsIndex.FileName), Encoding.UTF8.GetBytes(IndexJson(plan)));
    }

    private static string FileName(int shard, int shards) =>
        shards == 1 ? SafetensorsFolder.SingleFileName : $"model-{shard + 1:d5}-of-{shards:d5}.safetensors";

    private static string IndexJson(IReadOnlyList<(string FileName, IReadOnlyList<SafetensorsDeclaration> Tensors)> plan)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            writer.WriteNumber("total_size", plan.Sum(shard => shard.Tensors.Sum(tensor => tensor.ByteCount)));
            writer.WriteEndObject();
            writer.WriteStartObject("weight_map");
            foreach (var (fileName, shard) in plan)
            {
                foreach (var tensor in shard)
                    writer.WriteString(tensor.Name, fileName);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.ToArray());
    }

    private static void RemoveOthers(string folder, IEnumerable<string> keep)
    {
        var kept = keep.ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "model*.safetensors"))
        {
            var name = Path.GetFileName(path);
            if (!kept.Contains(name) && WeightFileName().IsMatch(name))
                File.Delete(path);
        }
    }

    [GeneratedRegex(@"^model(-\d{5}-of-\d{5})?\.safetensors$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WeightFileName();
}
