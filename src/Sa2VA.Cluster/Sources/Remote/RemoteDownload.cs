using Sa2VA.Cluster.Sources.Cache;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>
/// Brings a file here through connections that break: goes on where it stopped when the server can do that, begins again when it cannot
/// or the file has changed, and gives up when it gets no further.
/// </summary>
internal sealed class RemoteDownload(SourceSettings settings, TimeProvider time)
{
    private const int BufferBytes = 1 << 18;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Fills a partial file.</summary>
    /// <param name="remote">What.</param>
    /// <param name="partial">Where to; it may have the first bytes already.</param>
    /// <param name="unless">The version that need not be fetched; null to fetch any.</param>
    /// <param name="reserve">Keeps room on the disk.</param>
    /// <param name="cancellationToken">Stops; what is here is kept.</param>
    /// <returns>False when the server still has the version that need not be fetched.</returns>
    /// <exception cref="SourceException">It cannot be had.</exception>
    public async Task<bool> RunAsync(
        IRemoteFile remote, PartialFile partial, RemoteVersion? unless, Reserve reserve, CancellationToken cancellationToken)
    {
        using var watch = new StallWatch(settings.StallTimeout, time, cancellationToken);
        var (furthest, failures) = (partial.Length, 0);
        while (true)
        {
            try
            {
                return await TryAsync(remote, partial, unless, reserve, watch, cancellationToken);
            }
            catch (SourceException failure) when (failure.IsTransient)
            {
                failures = partial.Length > furthest ? 1 : failures + 1;
                furthest = Math.Max(furthest, partial.Length);
                if (failures > settings.Retries) throw;
                var delay = settings.RetryDelay * Math.Pow(2, failures - 1);
                await Task.Delay(delay < LongestDelay ? delay : LongestDelay, time, cancellationToken);
            }
        }
    }

    private async Task<bool> TryAsync(
        IRemoteFile remote, PartialFile partial, RemoteVersion? unless, Reserve reserve, StallWatch watch, CancellationToken cancellationToken)
    {
        var same = partial.Version is { CanResume: true } version ? version : null;
        var from = same is null ? 0 : partial.Length;
        using var body = await watch.GuardAsync(remote.Shown, ct => remote.OpenAsync(from, same, from == 0 ? unless : null, ct));
        if (body.Content is null) return false;
        if (body.From != partial.Length || partial.Length == 0) partial.Restart(body.Version);
        if (body.Total is { } total)
        {
            CheckSize(remote, total);
            await reserve(total, isWhole: true, cancellationToken);
        }

        await CopyAsync(remote, body, partial, reserve, watch, cancellationToken);
        return true;
    }

    private async Task CopyAsync(
        IRemoteFile remote, RemoteBody body, PartialFile partial, Reserve reserve, StallWatch watch, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var read = await ReadAsync(remote, body, partial, buffer, watch);
            if (read == 0) break;
            // A server that sends more than it announced is not followed.
            if (partial.Length + read > (body.Total ?? long.MaxValue))
                throw new SourceException(SourceErrorKind.Unreadable, $"The server of '{remote.Shown}' sends more than the {body.Total:N0} bytes that it announced.");
            CheckSize(remote, partial.Length + read);
            if (partial.Length + read > partial.Reserved) await reserve(partial.Length + read, isWhole: false, cancellationToken);
            await partial.AppendAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        if (body.Total is { } total && partial.Length < total)
            throw new SourceException(SourceErrorKind.Unreachable, $"The connection to '{remote.Shown}' ended after {partial.Length:N0} of {total:N0} bytes.");
        if (partial.Length == 0) throw new SourceException(SourceErrorKind.Unreadable, $"'{remote.Shown}' is empty (0 bytes).");
    }

    private static async Task<int> ReadAsync(IRemoteFile remote, RemoteBody body, PartialFile partial, byte[] buffer, StallWatch watch)
    {
        try
        {
            return await watch.GuardAsync(remote.Shown, ct => body.Content!.ReadAsync(buffer, ct).AsTask());
        }
        catch (InvalidDataException failure)
        {
            partial.Restart(version: null);
            throw new SourceException(SourceErrorKind.Unreachable, $"'{remote.Shown}' arrived damaged: {failure.Message}", failure);
        }
    }

    private void CheckSize(IRemoteFile remote, long bytes)
    {
        if (bytes > settings.MaxBytes)
            throw new SourceException(SourceErrorKind.TooLarge, $"'{remote.Shown}' has at least {bytes:N0} bytes; at most {settings.MaxBytes:N0} are taken (sources.maxBytes).");
    }
}

/// <summary>Keeps room for a file that is on its way: for all of it, or for so many bytes of it and some more when its size is not known.</summary>
internal delegate Task Reserve(long bytes, bool isWhole, CancellationToken cancellationToken);
