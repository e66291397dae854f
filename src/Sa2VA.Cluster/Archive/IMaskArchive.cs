using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Archive;

/// <summary>
/// Where masks are kept for good, behind a store that lets them expire. Every member may throw <see cref="ArchiveAwayException"/>: the archive
/// cannot be used now, and the same call may succeed later.
/// </summary>
public interface IMaskArchive : IResultStore
{
    /// <summary>Proves by a trial that masks can be written and read; for the start of a node.</summary>
    /// <exception cref="SettingsException">The archive is there and refuses, or is not what the settings say; waiting will not help.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>The archive cannot be used now; what was asked for may or may not have been done, and doing it again is harmless.</summary>
public sealed class ArchiveAwayException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The archive answers, but refuses: someone has to correct a setting, here or there.</summary>
    public bool IsRefusal { get; init; }
}
