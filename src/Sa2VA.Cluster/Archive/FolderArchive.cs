using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Archive;

/// <summary>
/// An archive in a folder, which all nodes must see (a network file system, or one machine), laid out as the results of an embedded run:
/// <c>{folder}/{videoId}/object-{id}/block-{index}.s2mb</c>. A file <c>sa2va-archive</c> marks the folder: when it is missing, the file system
/// is not mounted, and nothing is written into the bare mount point.
/// </summary>
/// <param name="folder">The folder; made by the check when it is absent.</param>
public sealed class FolderArchive(string folder) : IMaskArchive
{
    private const string Setting = "Archive:Folder";

    private readonly FolderResultStore _store = new(folder);

    private string Mark => Path.Combine(folder, "sa2va-archive");

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(Mark, "Masks of Sa2VA.Cluster, format: docs/redis.md\n"u8);
            return Task.CompletedTask;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{Setting} '{folder}' cannot be written: {failure.Message} Make it writable for the node, or name another folder.", failure);
        }
    }

    /// <inheritdoc/>
    public Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
        => DoAsync(async () =>
        {
            await _store.ClaimAsync(videoId, epoch, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
        => DoAsync(async () =>
        {
            await _store.WriteBlockAsync(videoId, epoch, block, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
        => DoAsync(() => _store.ReadBlockAsync(videoId, objectId, index, cancellationToken));

    /// <inheritdoc/>
    public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => this.ChainOfBlocksAsync(videoId, objectId, blocks, cancellationToken);

    private async Task<T> DoAsync<T>(Func<Task<T>> operation)
    {
        if (!File.Exists(Mark)) throw new ArchiveAwayException($"{Setting} '{folder}' has no file '{Path.GetFileName(Mark)}': is its file system mounted?");
        try
        {
            return await operation();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveAwayException($"{Setting} '{folder}' cannot be used: {failure.Message}", failure);
        }
    }
}
