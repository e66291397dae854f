using System.Globalization;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Results;

/// <summary>
/// Masks in a folder: <c>{root}/{videoId}/object-{id}/block-{index}.s2mb</c>, beside a file <c>epoch</c> that holds the
/// number of the owner. A lock file makes the check of the epoch and the write one step, over processes too.
/// </summary>
public sealed class FolderResultStore(string root) : IResultStore
{
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc/>
    public async Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
    {
        var folder = FolderOf(videoId);
        Directory.CreateDirectory(folder);
        using var held = await LockAsync(folder, cancellationToken);
        var current = EpochIn(folder);
        if (epoch < current) throw new FencedException(videoId, epoch, current);
        if (epoch > current) AtomicFile.Write(EpochFile(folder), System.Text.Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture)));
    }

    /// <inheritdoc/>
    public async Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
    {
        var folder = FolderOf(videoId);
        var path = BlockFile(videoId, block.ObjectId, block.Index);
        var bytes = MaskBlockFormat.Encode(block);
        if (!Directory.Exists(folder)) throw new FencedException(videoId, epoch, current: 0);
        using var held = await LockAsync(folder, cancellationToken);
        var current = EpochIn(folder);
        if (epoch != current) throw new FencedException(videoId, epoch, current);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, bytes);
    }

    /// <inheritdoc/>
    public async Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
    {
        var path = BlockFile(videoId, objectId, index);
        if (!File.Exists(path)) return null;
        var block = MaskBlockFormat.Decode(await File.ReadAllBytesAsync(path, cancellationToken), path);
        return block.ObjectId == objectId && block.Index == index
            ? block
            : throw new InvalidDataException($"'{path}' holds block {block.Index} of object {block.ObjectId}; the store was changed by hand.");
    }

    /// <inheritdoc/>
    public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => ResultReading.ChainAsync(blocks, (index, stop) => File.ReadAllBytesAsync(BlockFile(videoId, objectId, index), stop), cancellationToken);

    private static string EpochFile(string folder) => Path.Combine(folder, "epoch");

    private static long EpochIn(string folder)
    {
        var file = EpochFile(folder);
        if (!File.Exists(file)) return 0;
        return long.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : throw new InvalidDataException($"'{file}' does not hold a number; the store was changed by hand. Run again with an empty work folder.");
    }

    /// <summary>An exclusive lock that the system releases when its process dies. It is held for one write at most.</summary>
    private static async Task<FileStream> LockAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "lock");
        for (; ; )
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException failure) when (IsHeldByAnother(failure))
            {
                await Task.Delay(LockRetry, cancellationToken);
            }
        }
    }

    /// <summary>EWOULDBLOCK of flock on Linux and macOS, a sharing violation on Windows; a full disk is neither.</summary>
    private static bool IsHeldByAnother(IOException failure)
        => failure.HResult is 11 or 35 or unchecked((int)0x80070020);

    private string FolderOf(string videoId) => Path.Combine(root, ClusterIds.CheckVideo(videoId));

    private string BlockFile(string videoId, int objectId, int index)
        => Path.Combine(FolderOf(videoId), string.Create(CultureInfo.InvariantCulture, $"object-{objectId:D4}"), string.Create(CultureInfo.InvariantCulture, $"block-{index:D6}.s2mb"));
}
