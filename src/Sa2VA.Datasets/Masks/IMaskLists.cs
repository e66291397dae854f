using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>A file of lists of masks under keys, one mask or nothing for each frame.</summary>
internal interface IMaskLists
{
    /// <summary>The file.</summary>
    string Path { get; }

    /// <summary>The list under a key; null entries are frames where nothing is visible.</summary>
    /// <exception cref="DatasetException">There is no such key, or the file is damaged.</exception>
    IReadOnlyList<Rle?> this[string key] { get; }
}

/// <summary>What all such files have in common.</summary>
internal static class MaskLists
{
    /// <summary>A frame's entry, after checking that the list has one for each frame of the video.</summary>
    public static Rle? Frame(this IMaskLists lists, string key, VideoEntry video, int frame)
    {
        var list = lists[key];
        return list.Count == video.Frames.Count
            ? list[frame]
            : throw new DatasetException($"'{lists.Path}' has {list.Count} masks under '{key}', but video '{video.Id}' has {video.Frames.Count} frames. The two files are not of the same release.");
    }

    public static DatasetException Missing(this IMaskLists lists, string key) =>
        new($"'{lists.Path}' has no masks under '{key}'. The expressions and the masks are not of the same release or split.");
}
