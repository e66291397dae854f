using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Training.Runs;

/// <summary>A recipe as a JSON file: camelCase names, comments allowed, whatever is left out takes its default.</summary>
public static class RecipeFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Reads and checks a recipe.</summary>
    /// <exception cref="TrainingException">It is missing, not JSON, or a field of it is unknown, of another kind or out of bounds; the message names it.</exception>
    public static TrainingRecipe Read(string path)
    {
        try
        {
            var recipe = JsonSerializer.Deserialize<TrainingRecipe>(File.ReadAllText(path), Options)
                ?? throw new TrainingException($"The recipe '{path}' holds no settings.");
            return RecipeBounds.Check(recipe) is { } mistake ? throw new TrainingException($"The recipe '{path}' cannot be followed: {mistake}") : recipe;
        }
        catch (JsonException e)
        {
            // An error of the JSON itself comes wrapped; its place says nothing about what a setting takes.
            var setting = e.InnerException is JsonException ? null : e.Path;
            throw new TrainingException($"The recipe '{path}' is wrong{Place(e)}: {RecipeFields.Explain(setting, Options)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The recipe '{path}' cannot be read: {e.Message}", e);
        }
    }

    private static string Place(JsonException e) => e.LineNumber is { } line ? $" in line {line + 1}" : "";
}
