namespace Sa2VA.Cluster.Tests.Deploy;

/// <summary>Steps into a document.</summary>
internal static class YamlReading
{
    /// <summary>What is at a path: keys of maps, numbers in lists. A missing step fails the test by name.</summary>
    public static object? At(this object? node, params ReadOnlySpan<object> path)
    {
        foreach (var step in path)
        {
            node = node switch
            {
                Dictionary<string, object?> map when step is string key => map.TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no '{key}' among {string.Join(", ", map.Keys)}."),
                List<object?> list when step is int index => list[index],
                _ => throw new InvalidOperationException($"'{step}' cannot be looked up in {node ?? "nothing"}."),
            };
        }

        return node;
    }

    public static string Text(this object? node, params ReadOnlySpan<object> path) => Assert.IsType<string>(node.At(path));

    public static Dictionary<string, object?> Map(this object? node, params ReadOnlySpan<object> path) => Assert.IsType<Dictionary<string, object?>>(node.At(path));

    public static List<object?> List(this object? node, params ReadOnlySpan<object> path) => Assert.IsType<List<object?>>(node.At(path));

    public static bool Has(this object? node, string key) => node is Dictionary<string, object?> map && map.ContainsKey(key);
}
