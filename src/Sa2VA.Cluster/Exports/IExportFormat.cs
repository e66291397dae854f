namespace Sa2VA.Cluster.Exports;

/// <summary>Writes videos in one format. Used by one caller at a time.</summary>
internal interface IExportFormat
{
    /// <summary>Writes a video; nothing of it counts before it is committed.</summary>
    /// <param name="video">The video.</param>
    /// <param name="keep">Pictures that are there were written by an earlier attempt at the same masks, each whole, and need not be written again.</param>
    /// <param name="frames">Told how many frames are written.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ExportException">It cannot be written in this format.</exception>
    Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken);

    /// <summary>Gives the files their names and says which they are.</summary>
    Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken);
}
