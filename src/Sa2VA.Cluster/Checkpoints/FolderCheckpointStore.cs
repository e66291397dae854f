using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Checkpoints;

/// <summary>
/// Checkpoints as files, for runs of one process: <c>root/{videoId}/{name}</c>. The epoch is not looked at, because the journal does: a
/// checkpoint only counts once its event is appended, which the epoch of a replaced owner no longer may. So prune after that append only.
/// </summary>
/// <param name="root">Folder of all videos; made when absent.</param>
public sealed class FolderCheckpointStore(string root) : ICheckpointStore
{
    /// <inheritdoc/>
    public async Task SaveAsync(string videoId, long epoch, string name, Func<string, Task> write, CancellationToken cancellationToken)
    {
        var file = FileOf(videoId, name);
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await AtomicFile.WriteAsync(file, write, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<CheckpointLease?> OpenAsync(string videoId, string name, CancellationToken cancellationToken)
    {
        var file = FileOf(videoId, name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(File.Exists(file) ? new CheckpointLease(file, isTemporary: false) : null);
    }

    /// <inheritdoc/>
    public Task PruneAsync(string videoId, long epoch, string? keep, CancellationToken cancellationToken)
    {
        var folder = FolderOf(videoId);
        cancellationToken.ThrowIfCancellationRequested();
        if (!Directory.Exists(folder)) return Task.CompletedTask;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (Path.GetFileName(file) != keep) File.Delete(file);
        }

        return Task.CompletedTask;
    }

    private string FileOf(string videoId, string name) => Path.Combine(FolderOf(videoId), CheckpointName.Check(name));

    private string FolderOf(string videoId) => Path.Combine(root, CheckpointName.Check(videoId));
}
