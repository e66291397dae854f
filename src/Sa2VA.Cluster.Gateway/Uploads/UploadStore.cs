using System.Security.Cryptography;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway.Uploads;

/// <summary>
/// The folder of uploads. A file has the name of its content, so that the same bytes are kept once, and no caller chooses a path. It appears under
/// its name when it is whole, was probed under limits, and is on the disk. Safe to use from several threads and by several gateways.
/// </summary>
internal sealed class UploadStore : IDisposable
{
    private const int NameDigits = 32;
    private const int BufferBytes = 1 << 16;

    private static readonly TimeSpan Leftover = TimeSpan.FromHours(6);
    private static readonly string[] Endings = [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".ts", ".ogv"];

    private readonly SemaphoreSlim _free;
    private readonly MediaLimits _limits;

    /// <exception cref="Settings.SettingsException">The folder cannot be made.</exception>
    public UploadStore(GatewaySettings settings)
    {
        Settings = settings.Uploads;
        _free = new SemaphoreSlim(Settings?.AtOnce ?? 1);
        _limits = settings.Media with { MaxFileBytes = Settings?.MaxBytes ?? 1, MaxDuration = Settings?.MaxDuration ?? TimeSpan.FromHours(1), ProbeTimeout = TimeSpan.FromSeconds(20), IndexTimeout = TimeSpan.FromMinutes(1) };
        if (Settings is null) return;
        // What gateways that were killed left behind.
        foreach (var file in new DirectoryInfo(Settings.Folder).EnumerateFiles("*.partial").Where(file => DateTime.UtcNow - file.LastWriteTimeUtc > Leftover)) file.Delete();
    }

    /// <summary>Null when there are no uploads.</summary>
    public UploadSettings? Settings { get; }

    /// <summary>A slot until it is disposed; null when there is none.</summary>
    public IDisposable? TryTake() => _free.Wait(0) ? new Slot(_free) : null;

    /// <summary>Takes a body in.</summary>
    /// <returns>The upload, and whether its content was not there before.</returns>
    /// <exception cref="UploadTooLargeException">It has too many bytes.</exception>
    /// <exception cref="UploadFolderFullException">There is no room for it.</exception>
    /// <exception cref="MediaException">It is no video that can be read, or not one that is taken.</exception>
    public async Task<(UploadBody Upload, bool IsNew)> KeepAsync(Stream body, string? name, CancellationToken cancellationToken)
    {
        var settings = Settings ?? throw new InvalidOperationException("There are no uploads.");
        var partial = Path.Combine(settings.Folder, $"{Guid.NewGuid():N}.partial");
        try
        {
            var (bytes, sha256) = await ReceiveAsync(body, partial, settings, cancellationToken);
            var ending = Endings.FirstOrDefault(known => name?.EndsWith(known, StringComparison.OrdinalIgnoreCase) == true) ?? ".video";
            var path = Path.Combine(settings.Folder, sha256[..NameDigits] + ending);
            var info = await MediaProbe.ProbeAsync(partial, _limits, cancellationToken);
            var isNew = !File.Exists(path);
            // In place of the same bytes, if another one was faster.
            if (isNew) File.Move(partial, path, overwrite: true);
            return (new UploadBody(
                settings.Root is { } root ? $"{root}:{Path.GetFileName(path)}" : Path.GetFullPath(path), name, bytes, sha256, info.Width, info.Height, info.FrameCount, Math.Round(info.Duration, 3), Math.Round(info.NominalRate, 3), info.Codec), isNew);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    public void Dispose() => _free.Dispose();

    private static async Task<(long Bytes, string Sha256)> ReceiveAsync(Stream body, string path, UploadSettings settings, CancellationToken cancellationToken)
    {
        var room = settings.FolderBytes - new DirectoryInfo(settings.Folder).EnumerateFiles().Sum(file => file.Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous });
        var buffer = new byte[BufferBytes];
        var bytes = 0L;
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes += read;
            if (bytes > settings.MaxBytes) throw new UploadTooLargeException();
            if (bytes > room) throw new UploadFolderFullException();
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        file.Flush(flushToDisk: true);
        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private int _isGiven;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGiven, 1) == 0) free.Release();
        }
    }
}

/// <summary>A body has more bytes than an upload may have.</summary>
internal sealed class UploadTooLargeException() : Exception("The upload is too large.");

/// <summary>There is no room for an upload.</summary>
internal sealed class UploadFolderFullException() : Exception("The folder of uploads is full.");
