using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sa2VA.Training.Runs;

/// <summary>Explains what should have stood at a place of a recipe that could not be read.</summary>
internal static class RecipeFields
{
    /// <param name="path">As the JSON reader tells it: <c>$.optimizer.beta1</c>.</param>
    /// <param name="options">How recipes are read.</param>
    public static string Explain(string? path, JsonSerializerOptions options)
    {
        var type = typeof(TrainingRecipe);
        var names = (path ?? "$").Split('.')[1..];
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i].Split('[')[0];
            var fields = options.GetTypeInfo(type).Properties.Where(field => field.Set is not null).ToList();
            if (fields.Find(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } field)
                return $"there is no setting '{string.Join('.', names[..(i + 1)])}'. There are {string.Join(", ", fields.Select(known => known.Name))}.";
            if (i == names.Length - 1)
                return $"'{string.Join('.', names)}' takes {Kind(Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType, options)}.";
            type = field.PropertyType;
        }

        return "it is not one whole JSON object. A comma, a quotation mark or a bracket may be missing.";
    }

    private static string Kind(Type type, JsonSerializerOptions options) =>
        type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type.IsEnum ? string.Join(" or ", Enum.GetNames(type).Select(name => $"\"{JsonNamingPolicy.CamelCase.ConvertName(name)}\""))
        : type == typeof(IReadOnlyList<string>) ? "a list of texts"
        : $"an object with the settings {string.Join(", ", options.GetTypeInfo(type).Properties.Where(field => field.Set is not null).Select(field => field.Name))}";
}
