namespace Sa2VA.Cluster.Exports;

/// <summary>
/// The folder of an export. After each video what was written is made durable and noted, so that an export that was stopped, or killed, goes
/// on behind the last whole video; pictures of the video that it stopped in are kept too.
/// </summary>
internal sealed class ExportFolder : IDisposable
{
    private readonly Dictionary<string, string> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _counters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GrowingFile> _files = new(StringComparer.Ordinal);
    private readonly ExportLog _log;
    private string? _format;
    private string? _kept;

    private ExportFolder(string path)
    {
        Path = path;
        _log = ExportLog.Open(path, Recall);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Opens a folder for an export, or one that was not finished.</summary>
    /// <exception cref="ExportException">It holds an unfinished export in another format.</exception>
    public static ExportFolder Open(string path, string format)
    {
        Directory.CreateDirectory(path);
        var folder = new ExportFolder(path);
        if (folder._format is null)
        {
            folder._log.Append(new ExportLog.Entry(Format: format));
        }
        else if (folder._format != format)
        {
            folder.Dispose();
            throw new ExportException($"'{path}' holds an unfinished export as '{folder._format}'. Name another folder with --out, or remove it.");
        }

        return folder;
    }

    /// <summary>Whether a video is in the export already.</summary>
    /// <exception cref="ExportException">It is, with other masks.</exception>
    public bool IsDone(ExportVideo video)
    {
        if (!_done.TryGetValue(video.Name, out var fingerprint)) return false;
        return fingerprint == video.Fingerprint ? true : throw new ExportException(
            $"The masks of '{video.Name}' have changed since this export began. Remove '{Path}' and export again.");
    }

    /// <summary>Notes that a video is being written; whether pictures that an earlier attempt wrote of it may stay.</summary>
    public bool Begin(ExportVideo video)
    {
        var known = _kept == video.Fingerprint;
        _kept = null;
        _log.Append(new ExportLog.Entry(Began: video.Fingerprint));
        return known;
    }

    /// <summary>A text file of the export, by its path in the folder.</summary>
    public GrowingFile Text(string name)
    {
        if (!_files.TryGetValue(name, out var file))
            _files.Add(name, file = new GrowingFile(System.IO.Path.Combine(Path, name), _lengths.GetValueOrDefault(name)));
        return file;
    }

    /// <summary>The next number of a kind, from 1, over all videos.</summary>
    public long Next(string counter) => _counters[counter] = _counters.GetValueOrDefault(counter) + 1;

    /// <summary>The video is whole.</summary>
    public void Commit(ExportVideo video)
    {
        _log.Append(new ExportLog.Entry(
            Done: video.Name, Fingerprint: video.Fingerprint, Lengths: _files.ToDictionary(pair => pair.Key, pair => pair.Value.Commit(), StringComparer.Ordinal), Counters: _counters));
        _done[video.Name] = video.Fingerprint;
    }

    /// <summary>The export is whole: its files have their names by now.</summary>
    public void Finish() => _log.Remove();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
        _log.Dispose();
    }

    private void Recall(ExportLog.Entry entry)
    {
        _format ??= entry.Format;
        _kept = entry.Began ?? (entry.Done is null ? _kept : null);
        if (entry.Done is null) return;
        _done[entry.Done] = entry.Fingerprint ?? "";
        foreach (var (name, length) in entry.Lengths ?? new Dictionary<string, long>()) _lengths[name] = length;
        foreach (var (name, value) in entry.Counters ?? new Dictionary<string, long>()) _counters[name] = value;
    }
}
