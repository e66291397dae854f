namespace Sa2VA.Cluster.Checkpoints;

/// <summary>
/// Where the trackers' states are kept: one safetensors file per checkpoint, some megabytes per object. Each write carries the owner's
/// epoch and is refused with <see cref="Sa2VA.Actors.Journaling.FencedException"/> when a higher one has claimed the video.
/// </summary>
public interface ICheckpointStore
{
    /// <summary>Keeps a state under a name; durable when it returns, whole or not at all. The same name again replaces it.</summary>
    /// <param name="videoId">Whose.</param>
    /// <param name="epoch">Of the owner.</param>
    /// <param name="name">A file name without folders: <c>tracker-00000064.safetensors</c>.</param>
    /// <param name="write">Writes the state to the file it is given, which lies on this machine.</param>
    /// <param name="cancellationToken">Stops before it is kept.</param>
    Task SaveAsync(string videoId, long epoch, string name, Func<string, Task> write, CancellationToken cancellationToken);

    /// <summary>A file on this machine with the state, or null when there is none. The file is valid until the lease is disposed of.</summary>
    Task<CheckpointLease?> OpenAsync(string videoId, string name, CancellationToken cancellationToken);

    /// <summary>Removes the states of a video but one; all of them when <paramref name="keep"/> is null.</summary>
    Task PruneAsync(string videoId, long epoch, string? keep, CancellationToken cancellationToken);
}

/// <summary>A state on this machine.</summary>
public sealed class CheckpointLease(string path, bool isTemporary) : IDisposable
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Removes the file when it was only a copy.</summary>
    public void Dispose()
    {
        if (isTemporary) File.Delete(Path);
    }
}
