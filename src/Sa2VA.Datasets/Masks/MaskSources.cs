namespace Sa2VA.Datasets;

/// <summary>Finds the truth of a dataset, whichever way it is filed.</summary>
internal static class MaskSources
{
    /// <summary>What is there, best first; nothing where the truth is not published. A video takes the first that has it.</summary>
    /// <param name="folder">Where <c>mask_dict.json</c>, <c>mask_dict.pkl</c> and <c>Annotations/</c> are looked for.</param>
    /// <param name="videos">All videos of the split.</param>
    public static IReadOnlyList<IMaskSource> In(string folder, IReadOnlyList<VideoEntry> videos)
    {
        var (json, pickle, pictures) = (Path.Combine(folder, "mask_dict.json"), Path.Combine(folder, "mask_dict.pkl"), Path.Combine(folder, "Annotations"));
        var sources = new List<IMaskSource>();
        if (File.Exists(json))
            sources.Add(new AnnotatedMasks(new JsonMaskFile(json)));
        if (File.Exists(pickle))
            sources.Add(new CountedMasks(new PickleMaskFile(pickle), videos));
        if (Directory.Exists(pictures))
            sources.Add(new PaletteMasks(pictures));
        return sources;
    }
}
