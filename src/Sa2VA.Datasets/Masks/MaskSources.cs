namespace Sa2VA.Datasets;

/// <summary>Finds the truth beside the expressions of a dataset.</summary>
internal static class MaskSources
{
    /// <summary>What is there in the folder, or null: the truth of many splits is not published.</summary>
    public static IMaskSource? Find(string folder, IReadOnlyList<VideoEntry> videos)
    {
        var json = Path.Combine(folder, "mask_dict.json");
        return File.Exists(json) ? new AnnotatedMasks(new JsonMaskFile(json)) : null;
    }
}
