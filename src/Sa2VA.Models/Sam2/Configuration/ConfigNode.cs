using System.Text.Json;

namespace Sa2VA.Models.Sam2;

/// <summary>A JSON object read by key with defaults; the first of several objects that has a key answers.</summary>
internal sealed class ConfigNode(params JsonElement[] objects)
{
    // Beyond any published model; building so many modules must end.
    private const int Deepest = 1024;

    public bool Has(string key) => Find(key) is not null;

    public int Int(string key, int fallback) => Find(key)?.GetInt32() ?? fallback;

    /// <summary>How often a module is repeated.</summary>
    /// <exception cref="NotSupportedException">It is negative, or more than building a model can take.</exception>
    public int Depth(string key, int fallback) => Bounded(key, Int(key, fallback));

    /// <summary>The same of several in turn.</summary>
    /// <exception cref="NotSupportedException">One is negative, or more than building a model can take.</exception>
    public int[] Depths(string key, int[] fallback) => [.. Ints(key, fallback).Select(count => Bounded(key, count))];

    public double Double(string key, double fallback) => Find(key)?.GetDouble() ?? fallback;

    public bool Bool(string key, bool fallback) => Find(key)?.GetBoolean() ?? fallback;

    public string Text(string key, string fallback) => Find(key)?.GetString() ?? fallback;

    public int[] Ints(string key, int[] fallback) => Find(key) is { } list ? [.. list.EnumerateArray().Select(item => item.GetInt32())] : fallback;

    /// <summary>The object under a key; an empty one when there is none.</summary>
    public ConfigNode Child(string key) => Find(key) is { ValueKind: JsonValueKind.Object } child ? new ConfigNode(child) : new ConfigNode();

    private static int Bounded(string key, int count) => count is >= 0 and <= Deepest
        ? count
        : throw new NotSupportedException($"{key} is {count}, but only 0 to {Deepest} is supported.");

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
