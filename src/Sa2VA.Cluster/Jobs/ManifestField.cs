using System.Text.Json;

namespace Sa2VA.Cluster.Jobs;

/// <summary>A value of a manifest's line together with where it stands, so that every refusal can say so.</summary>
/// <param name="Value">The value.</param>
/// <param name="Path">As in <c>prompts[2].box</c>; empty for the whole line.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct ManifestField(JsonElement Value, string Path, long Line)
{
    /// <summary>The line of what is no manifest.</summary>
    public const long NoLine = 0;

    /// <summary>A refusal that begins with the place; <paramref name="what"/> goes on after it.</summary>
    public JobRefusedException Refused(string what) => Line == NoLine
        ? new JobRefusedException(Path.Length == 0 ? $"The body {what}" : $"\"{Path}\" {what}")
        : new JobRefusedException(Path.Length == 0 ? $"Line {Line} {what}" : $"Line {Line}: \"{Path}\" {what}", Line);

    /// <summary>Checks that it is an object with no fields but these.</summary>
    public void Allow(IReadOnlyList<string> fields)
    {
        if (Value.ValueKind != JsonValueKind.Object) throw Refused($"is {Kind()}; an object with {List(fields)} is expected.");
        foreach (var property in Value.EnumerateObject())
        {
            if (fields.Contains(property.Name)) continue;
            var nearest = NearestName.Of(property.Name, fields);
            throw At(Short(property.Name), property.Value).Refused(
                $"is not known here. {(nearest is null ? $"Known are {List(fields)}." : $"Did you mean \"{nearest}\"?")}");
        }
    }

    /// <summary>A field of it; null when it is absent or null.</summary>
    public ManifestField? Find(string name)
        => Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? At(name, value) : null;

    /// <summary>A field that must be there.</summary>
    public ManifestField Require(string name) => Find(name) ?? throw Refused($"has no \"{name}\".");

    /// <summary>The elements of a list.</summary>
    public IEnumerable<ManifestField> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array) throw Refused($"is {Kind()}; a list is expected.");
        var (path, line) = (Path, Line);
        return Value.EnumerateArray().Select((value, i) => new ManifestField(value, $"{path}[{i}]", line));
    }

    /// <summary>Text that says something, of bounded length.</summary>
    public string Text(int maxLength)
    {
        if (Value.ValueKind != JsonValueKind.String) throw Refused($"is {Kind()}; text in quotes is expected.");
        var text = Decoded();
        if (string.IsNullOrWhiteSpace(text)) throw Refused("is empty.");
        if (text.Length > maxLength) throw Refused($"has {text.Length} characters; at most {maxLength} are taken. It begins '{text[..40]}...'.");
        return text.Contains('\0', StringComparison.Ordinal) ? throw Refused("contains a NUL character.") : text;
    }

    /// <summary>A whole number within bounds, both included.</summary>
    public int Integer(int least, int most)
    {
        if (Value.ValueKind != JsonValueKind.Number || !Value.TryGetInt64(out var number)) throw Refused($"is {Kind()}; a whole number is expected.");
        return number >= least && number <= most ? (int)number : throw Refused($"is {number}; it may be {least} to {most}.");
    }

    /// <summary>Yes or no.</summary>
    public bool Flag() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Refused($"is {Kind()}; true or false is expected.");

    /// <summary>A coordinate in pixels.</summary>
    public float Pixels()
    {
        // Far beyond any picture, and still exact to a fraction of a pixel.
        const float most = 1 << 17;
        if (Value.ValueKind != JsonValueKind.Number) throw Refused($"is {Kind()}; a number of pixels is expected.");
        return Value.TryGetSingle(out var number) && Math.Abs(number) <= most ? number : throw Refused($"is {Short(Value.GetRawText())}, which is in no picture.");
    }

    private ManifestField At(string name, JsonElement value) => new(value, Path.Length == 0 ? name : $"{Path}.{name}", Line);

    private string Decoded()
    {
        try
        {
            return Value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Refused("is not valid UTF-8. Save the manifest in UTF-8.");
        }
    }

    private string Kind() => Value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => $"the number {Short(Value.GetRawText())}",
        JsonValueKind.Null => "null",
        _ => Value.GetRawText(),
    };

    private static string Short(string text) => text.Length > 40 ? text[..40] + "..." : text;

    private static string List(IEnumerable<string> fields) => string.Join(", ", fields.Select(f => $"\"{f}\""));
}
