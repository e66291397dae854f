namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>
/// Keeps a cache folder within its size: what was not used for longest goes first, fetched videos and abandoned halves of them alike.
/// What anyone on this machine holds stays. The cache's lock must be held.
/// </summary>
internal sealed class Eviction(CacheLayout layout, long limit)
{
    /// <summary>Makes room.</summary>
    /// <param name="bytes">How much is about to be added to what is in the folder.</param>
    /// <param name="except">A partial file whose own size is part of <paramref name="bytes"/>.</param>
    /// <returns>False when what is in use leaves too little.</returns>
    public bool MakeRoom(long bytes, string except)
    {
        var files = Files().Where(file => file.Path != except).ToList();
        var total = files.Sum(file => file.Bytes) + bytes;
        foreach (var file in files.OrderBy(file => file.LastUsed))
        {
            if (total <= limit) break;
            if (TryRemove(file.Path)) total -= file.Bytes;
        }

        return total <= limit;
    }

    /// <summary>Removes a file unless someone holds it.</summary>
    public bool TryRemove(string path)
    {
        using var hold = FileLock.TryExclusive(path, FileMode.Open);
        if (hold is null) return false;
        if (path.EndsWith(".part", StringComparison.Ordinal))
        {
            PartialFile.Delete(path);
            return true;
        }

        // The note goes first: a file without one is only waste, a note without a file would be a promise.
        var note = layout.EntryOf(path);
        if (CacheEntry.Read(note)?.File == Path.GetFileName(path)) File.Delete(note);
        File.Delete(path);
        return true;
    }

    private IEnumerable<(string Path, long Bytes, DateTime LastUsed)> Files()
    {
        foreach (var file in new DirectoryInfo(layout.Videos).EnumerateFiles())
        {
            if (file.Extension is not (".json" or ".new")) yield return (file.FullName, file.Length, file.LastWriteTimeUtc);
        }

        foreach (var file in new DirectoryInfo(layout.Partials).EnumerateFiles("*.part"))
            yield return (file.FullName, PartialFile.SizeOf(file), file.LastWriteTimeUtc);
    }
}
