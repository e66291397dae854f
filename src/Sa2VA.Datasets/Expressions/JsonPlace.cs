using System.Text.Json;

namespace Sa2VA.Datasets;

/// <summary>Where in a JSON file something is read, so that every error names the file, the place and the field.</summary>
/// <param name="Path">The file.</param>
/// <param name="Place">What is being read, as <c>video 'a'</c>.</param>
internal readonly record struct JsonPlace(string Path, string Place)
{
    public DatasetException Wrong(string what) => new($"'{Path}', {Place}: {what}.");

    /// <summary>Does something with masks; when they are broken, the place is named.</summary>
    public T Checked<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            throw new DatasetException($"'{Path}', {Place}: {e.Message}", e);
        }
    }

    /// <summary>A member that must be there.</summary>
    public JsonElement Member(JsonElement parent, string name, JsonValueKind kind)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var value))
            throw Wrong($"'{name}' is missing");
        return value.ValueKind == kind ? value : throw Wrong($"'{name}' is {Kind(value)}, not {kind.ToString().ToLowerInvariant()}");
    }

    public string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong($"'{name}' holds {Kind(value)} where a text is expected");

    /// <summary>An integer, also when it is written as text; null when the member is absent or null.</summary>
    public int? Integer(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return int.TryParse(Key(value, name), out var number) ? number : throw Wrong($"'{name}' is {value.GetRawText()}, not an integer");
    }

    /// <summary>Width or height: from 1 to 65,535 where it is given.</summary>
    public int? Size(JsonElement parent, string name) =>
        Integer(parent, name) is not { } size ? null : size is >= 1 and <= 65_535 ? size : throw Wrong($"'{name}' is {size}");

    /// <summary>Ids, each a number or a text, in a list or alone; null when the member is absent or null.</summary>
    public IReadOnlyList<string>? Keys(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            return [Key(value, name)];
        var keys = new List<string>();
        foreach (var item in value.EnumerateArray())
            keys.Add(Key(item, name));
        return keys;
    }

    private string Key(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => throw Wrong($"'{name}' holds {Kind(value)} where an id is expected"),
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}
