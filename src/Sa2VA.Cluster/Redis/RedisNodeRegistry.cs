using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Nodes.Presence;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Redis;

/// <summary>The nodes in Redis: a set of names, and a key for each that expires, so that its age is told by the server's clock alone.</summary>
public sealed class RedisNodeRegistry(RedisConnection connection) : INodeRegistry
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private static readonly long Expiry = (long)INodeRegistry.Memory.TotalMilliseconds;

    /// <inheritdoc/>
    public Task AnnounceAsync(NodePresence node, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        RedisKey[] keys = [connection.Keys.Nodes, connection.Keys.NodeStem.Append(node.Name)];
        RedisValue[] values = [node.Name, JsonSerializer.SerializeToUtf8Bytes(node, Json), Expiry];
        return connection.ExecuteAsync(database => database.ScriptEvaluateAsync(RedisScripts.Announce, keys, values), cancellationToken);
    }

    /// <inheritdoc/>
    public Task LeaveAsync(string name, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [connection.Keys.Nodes, connection.Keys.NodeStem.Append(name)];
        return connection.ExecuteAsync(database => database.ScriptEvaluateAsync(RedisScripts.Leave, keys, [name]), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KnownNode>> ListAsync(CancellationToken cancellationToken)
    {
        RedisKey[] keys = [connection.Keys.Nodes];
        RedisValue[] values = [(string)connection.Keys.NodeStem!];
        var answer = (RedisResult[])(await connection.ExecuteAsync(database => database.ScriptEvaluateAsync(RedisScripts.ListNodes, keys, values), cancellationToken))!;
        return [.. answer.Chunk(2).Select(pair => Read((byte[])pair[0]!, (long)pair[1])).OfType<KnownNode>().OrderBy(known => known.Node.Name, StringComparer.Ordinal)];
    }

    /// <summary>Null for what another version wrote in another form.</summary>
    private static KnownNode? Read(byte[] json, long left)
    {
        try
        {
            return JsonSerializer.Deserialize<NodePresence>(json, Json) is { } node ? new KnownNode(node, TimeSpan.FromMilliseconds(Math.Max(0, Expiry - left))) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
