using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Archive;

/// <summary>
/// A store whose masks may expire, and an archive that keeps them. A block is written to the store first, whose strict fence turns replaced
/// owners away, then to the archive; the write returns when both have it. While the archive is away, writes wait, so that nothing is
/// acknowledged that is in the store alone. Reads ask the store, and the archive for what is missing or damaged there.
/// </summary>
public sealed class ArchivedResultStore : IResultStore
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly IResultStore _window;
    private readonly IMaskArchive _archive;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private int _isAway;

    private ArchivedResultStore(IResultStore window, IMaskArchive archive, ILogger? log, TimeProvider? time)
        => (_window, _archive, _log, _time) = (window, archive, log ?? NullLogger.Instance, time ?? TimeProvider.System);

    /// <summary>Puts an archive behind a store, after a trial that it works; waits while it is away.</summary>
    /// <param name="window">Asked first.</param>
    /// <param name="archive">Keeps all.</param>
    /// <param name="log">Hears when the archive goes away and comes back.</param>
    /// <param name="time">The clock of the pauses between tries.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SettingsException">The archive refuses, or is not what the settings say.</exception>
    public static async Task<ArchivedResultStore> OpenAsync(
        IResultStore window, IMaskArchive archive, ILogger? log = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var store = new ArchivedResultStore(window, archive, log, time);
        await store.PatientlyAsync(archive.CheckAsync, cancellationToken);
        return store;
    }

    /// <inheritdoc/>
    public async Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
    {
        await _window.ClaimAsync(videoId, epoch, cancellationToken);
        await PatientlyAsync(stop => _archive.ClaimAsync(videoId, epoch, stop), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
    {
        await _window.WriteBlockAsync(videoId, epoch, block, cancellationToken);
        await PatientlyAsync(stop => _archive.WriteBlockAsync(videoId, epoch, block, stop), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? damage = null;
        try
        {
            if (await _window.ReadBlockAsync(videoId, objectId, index, cancellationToken) is { } block) return block;
        }
        catch (InvalidDataException damaged)
        {
            damage = ExceptionDispatchInfo.Capture(damaged);
        }

        MaskBlock? kept = null;
        await PatientlyAsync(async stop => kept = await _archive.ReadBlockAsync(videoId, objectId, index, stop), cancellationToken);
        if (kept is null) damage?.Throw();
        else if (damage is not null) _log.ReadFromArchive(damage.SourceException.Message);
        return kept;
    }

    /// <inheritdoc/>
    public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => this.ChainOfBlocksAsync(videoId, objectId, blocks, cancellationToken);

    /// <summary>Does something with the archive, again and again while it is away. In the middle of work a refusal is waited out too: the operator can end it.</summary>
    private async Task PatientlyAsync(Func<CancellationToken, Task> operation, CancellationToken cancellationToken)
    {
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await operation(cancellationToken);
                if (Interlocked.Exchange(ref _isAway, 0) == 1) _log.ArchiveBack();
                return;
            }
            catch (ArchiveAwayException away)
            {
                if (Interlocked.Exchange(ref _isAway, 1) == 0) _log.ArchiveAway(away.Message);
            }

            await Task.Delay(pause, _time, cancellationToken);
        }
    }
}
