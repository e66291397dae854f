using System.Text.Json;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Sa2va;

/// <summary>Reads <c>sam2</c> of a <c>config.json</c>: a tracker that is none of the published ones.</summary>
internal static class TrackerSection
{
    /// <param name="json">The whole of <c>config.json</c>.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="ModelFolderException">It cannot be used.</exception>
    public static Sam2Config Read(JsonElement json, string where)
    {
        try
        {
            var config = Sam2Config.FromJson(json);
            // Sizes that contradict each other show when the modules are put together, which costs little without weights.
            using var catalogue = new CatalogueStore();
            _ = new Sam2Model(new WeightScope(catalogue), config);
            return config;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new ModelFolderException($"'sam2' of {where} cannot be used: {error.Message}", error);
        }
    }
}
