using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Settings;

/// <summary>Settings as JSON: camelCase names, comments and trailing commas allowed, unknown names refused.</summary>
public static class SettingsFile
{
    /// <summary>How settings are read.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new SecretJson() },
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="SettingsException">It cannot be read, is not JSON, or a setting is unknown, missing or of another kind.</exception>
    public static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Options) ?? throw new SettingsException($"'{path}' holds no settings.");
        }
        catch (JsonException failure)
        {
            var line = failure.LineNumber is { } number ? $", line {number + 1}" : "";
            throw new SettingsException($"'{path}'{line}: {Reason(failure)}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The settings '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    // The serialiser appends where it was; we say it ourselves.
    private static string Reason(JsonException failure)
    {
        var end = failure.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        var text = end < 0 ? failure.Message : failure.Message[..end];
        return failure.Path is { Length: > 1 } place ? $"{place[2..]}: {text}" : text;
    }
}
