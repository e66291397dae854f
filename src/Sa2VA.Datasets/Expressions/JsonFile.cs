using System.Text.Json;

namespace Sa2VA.Datasets;

/// <summary>Opens JSON files with errors that name them.</summary>
internal static class JsonFile
{
    /// <summary>Reads a whole file.</summary>
    public static JsonDocument Parse(string path) => Guard(path, () =>
    {
        using var file = File.OpenRead(path);
        return JsonDocument.Parse(file);
    });

    /// <summary>Does something with a JSON file; what goes wrong is told in terms of the file.</summary>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (JsonException e)
        {
            throw new DatasetException($"'{path}' is cut off or is no JSON: {e.Message} Copy or download it again.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetException($"There is no file '{path}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
