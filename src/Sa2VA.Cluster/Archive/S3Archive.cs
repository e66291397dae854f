using System.Security.Cryptography;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Archive;

/// <summary>
/// An archive in an S3 bucket: <c>{prefix}/{videoId}/object-{id}/block-{index}.e{epoch}.s2mb</c>, where the highest epoch counts, and
/// <c>{prefix}/{videoId}/claim-{epoch}</c> for who may write. A write by an owner that was replaced is refused, unless the two happen within
/// the same moment; even then nothing of its successor's is touched.
/// </summary>
public sealed class S3Archive(S3ArchiveSettings settings) : IMaskArchive, IDisposable
{
    private readonly S3Bucket _bucket = new(settings);
    private readonly S3Names _names = new(settings.Prefix);

    /// <inheritdoc/>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var name = _names.Trial(Guid.NewGuid());
            var content = RandomNumberGenerator.GetBytes(16);
            await _bucket.PutAsync(name, content, cancellationToken);
            var listed = await _bucket.ListAsync(name, cancellationToken);
            var back = await _bucket.GetAsync(name, cancellationToken);
            if (listed is not [var only] || only != name || back is null || !back.AsSpan().SequenceEqual(content))
                throw new SettingsException($"The archive {settings} does not give back what was written to it. Look at Archive:S3:ServiceUrl and Archive:S3:PathStyle.");
            await _bucket.DeleteAsync(name, cancellationToken);
        }
        catch (ArchiveAwayException refused) when (refused.IsRefusal)
        {
            throw new SettingsException(refused.Message, refused);
        }
    }

    /// <inheritdoc/>
    public async Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
    {
        var stem = _names.ClaimStem(videoId);
        var claims = await _bucket.ListAsync(stem, cancellationToken);
        var current = LatestOf(stem, claims);
        if (epoch < current) throw new FencedException(videoId, epoch, current);
        if (epoch == current) return;
        await _bucket.PutAsync(S3Names.Claim(stem, epoch), [], cancellationToken);
        foreach (var old in claims) await _bucket.DeleteAsync(old, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(block);
        var claims = _names.ClaimStem(videoId);
        var current = LatestOf(claims, await _bucket.ListAsync(claims, cancellationToken));
        if (epoch != current) throw new FencedException(videoId, epoch, current);
        await _bucket.PutAsync(S3Names.Block(_names.BlockStem(videoId, block.ObjectId, block.Index), epoch), MaskBlockFormat.Encode(block), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
    {
        var versions = await _bucket.ListAsync(_names.BlockStem(videoId, objectId, index), cancellationToken);
        if (versions.Count == 0 || await _bucket.GetAsync(versions[^1], cancellationToken) is not { } bytes) return null;
        var name = $"s3://{settings.Bucket}/{versions[^1]}";
        var block = MaskBlockFormat.Decode(bytes, name);
        return block.ObjectId == objectId && block.Index == index
            ? block
            : throw new InvalidDataException($"'{name}' holds block {block.Index} of object {block.ObjectId}; the archive was changed by hand.");
    }

    /// <inheritdoc/>
    public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => this.ChainOfBlocksAsync(videoId, objectId, blocks, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _bucket.Dispose();

    private static long LatestOf(string stem, IReadOnlyList<string> claims) => claims.Count == 0 ? 0 : claims.Max(claim => S3Names.EpochOf(stem, claim));
}
