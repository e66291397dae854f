using System.Collections.Immutable;
using System.Text.Json;

namespace Sa2VA.Models.Sa2va;

/// <summary>A JSON object of hyper-parameters, read with messages that name the file and the field.</summary>
public sealed class ConfigSection
{
    // Wider or deeper than any model; a damaged file must not ask for terabytes.
    private const int LargestSize = 4_000_000;
    private const int DeepestModel = 1024;

    private readonly string _where;

    /// <param name="where">What messages call it: the file, and the path of the object in it.</param>
    /// <param name="json">The object.</param>
    /// <exception cref="ModelFolderException">It is no JSON object.</exception>
    public ConfigSection(string where, JsonElement json)
    {
        (_where, Json) = (where, json);
        if (json.ValueKind != JsonValueKind.Object)
            throw new ModelFolderException($"{where} is {json.ValueKind}; a JSON object was expected.");
    }

    /// <summary>The object itself, for readers of their own.</summary>
    public JsonElement Json { get; }

    public bool Has(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public ConfigSection Section(string name) => Has(name)
        ? new ConfigSection($"'{name}' of {_where}", Json.GetProperty(name))
        : throw Missing(name);

    /// <summary>A positive integer.</summary>
    public int Size(string name, int? fallback = null) => Size(name, fallback, LargestSize);

    /// <summary>A number of layers: building so many modules must end.</summary>
    public int Depth(string name) => Size(name, fallback: null, DeepestModel);

    private int Size(string name, int? fallback, int most)
    {
        if (!Has(name))
            return fallback ?? throw Missing(name);
        return Integral(name) is { } size and > 0 && size <= most ? (int)size : throw Wrong(name, $"an integer from 1 to {most}");
    }

    /// <summary>Any integer.</summary>
    public int Integer(string name, int fallback)
    {
        if (!Has(name))
            return fallback;
        return Integral(name) is { } value and >= int.MinValue and <= int.MaxValue ? (int)value : throw Wrong(name, "an integer");
    }

    public double Number(string name, double fallback)
    {
        if (!Has(name))
            return fallback;
        return Json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value && double.IsFinite(value.GetDouble()) ? value.GetDouble() : throw Wrong(name, "a number");
    }

    /// <summary>A list of numbers, of so many where that is given.</summary>
    public ImmutableArray<double> Numbers(string name, int? count = null)
    {
        if (!Has(name))
            throw Missing(name);
        var list = Json.GetProperty(name);
        return list.ValueKind == JsonValueKind.Array && (count is null || list.GetArrayLength() == count)
            && list.EnumerateArray().All(value => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()))
            ? [.. list.EnumerateArray().Select(value => value.GetDouble())]
            : throw Wrong(name, count is null ? "a list of numbers" : $"a list of {count} numbers");
    }

    public bool Flag(string name, bool fallback)
    {
        if (!Has(name))
            return fallback;
        return Json.GetProperty(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, "true or false"),
        };
    }

    public string Text(string name, string? fallback = null)
    {
        if (!Has(name))
            return fallback ?? throw Missing(name);
        return Json.GetProperty(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(name, "a string");
    }

    /// <summary>The first entry of a list of strings; null when there is none.</summary>
    public string? FirstOf(string name) =>
        Has(name) && Json.GetProperty(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String
            ? list[0].GetString()
            : null;

    /// <summary>A string out of a few.</summary>
    public string RequireOneOf(string name, string fallback, params string[] supported)
    {
        var value = Text(name, fallback);
        return supported.Contains(value, StringComparer.Ordinal)
            ? value
            : throw Unsupported(name, $"'{value}'", $"{string.Join(" or ", supported.Select(s => $"'{s}'"))} is");
    }

    public void RequireMultiple(string name, int value, string ofName, int of)
    {
        if (value % of != 0)
            throw new ModelFolderException($"{_where} sets '{name}' to {value}, which is no multiple of '{ofName}' = {of}. The file is damaged or of an unsupported model.");
    }

    public ModelFolderException Unsupported(string name, string found, string supported) =>
        new($"{_where} sets '{name}' to {found}, which is not supported; {supported}.");

    private ModelFolderException Missing(string name) => new($"{_where} has no '{name}'. Fetch config.json of the checkpoint again.");

    private ModelFolderException Wrong(string name, string expected) =>
        new($"{_where} sets '{name}' to {Json.GetProperty(name).GetRawText()}; {expected} was expected.");

    /// <summary>An integer, also when it was written with a fraction of zero.</summary>
    private long? Integral(string name)
    {
        var element = Json.GetProperty(name);
        if (element.ValueKind != JsonValueKind.Number)
            return null;
        if (element.TryGetInt64(out var integer))
            return integer;
        return element.TryGetDouble(out var number) && Math.Abs(number) < 1e15 && number == Math.Floor(number) ? (long)number : null;
    }
}
