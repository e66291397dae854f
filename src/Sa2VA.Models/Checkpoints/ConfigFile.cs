using System.Text.Json;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Reads <c>config.json</c> of a model folder, which comes from elsewhere and may hold anything.</summary>
internal static class ConfigFile
{
    public const string Name = "config.json";

    // Real ones have a few kilobytes.
    private const long LongestFile = 16 << 20;

    /// <summary>The parsed file, or null when there is none.</summary>
    /// <exception cref="ModelFolderException">It is not a JSON object.</exception>
    public static JsonDocument? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            if (new FileInfo(path).Length > LongestFile)
                throw new ModelFolderException($"'{path}' is longer than {LongestFile} bytes, so it is not a model's configuration.");
            var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new ModelFolderException($"'{path}' holds no JSON object, so it is not a model's configuration. Fetch it again.");
        }
        catch (JsonException e)
        {
            throw new ModelFolderException($"'{path}' is not valid JSON ({e.Message}). Fetch it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A string member, or null.</summary>
    public static string? Text(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? Unicode(value) : null;

    /// <summary>The first string of a list member, or null.</summary>
    public static string? First(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array
        && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? Unicode(list[0]) : null;

    // A lone surrogate can be spelled in JSON, but is no text.
    private static string? Unicode(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>An integer member, or null.</summary>
    public static long? Integer(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    /// <summary>An object member, or null.</summary>
    public static JsonElement? Child(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;
}
