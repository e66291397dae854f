using System.Text.Json;

namespace Sa2VA.Models.Sam2;

/// <summary>A JSON object read by key with defaults; the first of several objects that has a key answers.</summary>
internal sealed class ConfigNode(params JsonElement[] objects)
{
    public bool Has(string key) => Find(key) is not null;

    public int Int(string key, int fallback) => Find(key)?.GetInt32() ?? fallback;

    public double Double(string key, double fallback) => Find(key)?.GetDouble() ?? fallback;

    public bool Bool(string key, bool fallback) => Find(key)?.GetBoolean() ?? fallback;

    public string Text(string key, string fallback) => Find(key)?.GetString() ?? fallback;

    public int[] Ints(string key, int[] fallback) => Find(key) is { } list ? [.. list.EnumerateArray().Select(item => item.GetInt32())] : fallback;

    /// <summary>The object under a key; an empty one when there is none.</summary>
    public ConfigNode Child(string key) => Find(key) is { ValueKind: JsonValueKind.Object } child ? new ConfigNode(child) : new ConfigNode();

    private JsonElement? Find(string key)
    {
        foreach (var candidate in objects)
        {
            if (candidate.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null)
                return value;
        }

        return null;
    }
}
