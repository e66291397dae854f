using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Exports;

/// <summary>
/// What an unfinished export has done, a line per step, in a file of its folder. Only ever appended to, so that an export of a million videos
/// notes each as fast as the first; a line that was torn by a crash is one that was not written.
/// </summary>
internal sealed class ExportLog : IDisposable
{
    private const string FileName = ".sa2va-export.jsonl";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly FileStream _file;

    private ExportLog(FileStream file) => _file = file;

    /// <summary>Opens the log of a folder and tells its lines to <paramref name="read"/>.</summary>
    /// <exception cref="ExportException">It is damaged.</exception>
    public static ExportLog Open(string folder, Action<Entry> read)
    {
        var path = Path.Combine(folder, FileName);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            file.SetLength(ReadWhole(file, path, read));
            file.Seek(0, SeekOrigin.End);
            return new ExportLog(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds a line; durable when it returns.</summary>
    public void Append(Entry entry)
    {
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(entry, Json));
        _file.WriteByte((byte)'\n');
        _file.Flush(flushToDisk: true);
    }

    /// <summary>The export is finished; nothing goes on from here.</summary>
    public void Remove()
    {
        _file.Dispose();
        File.Delete(_file.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>How many bytes are whole lines.</summary>
    private static long ReadWhole(FileStream file, string path, Action<Entry> read)
    {
        var whole = 0L;
        using var lines = new StreamReader(file, leaveOpen: true);
        while (lines.ReadLine() is { } line)
        {
            whole += System.Text.Encoding.UTF8.GetByteCount(line) + 1;
            if (whole > file.Length) return whole - System.Text.Encoding.UTF8.GetByteCount(line) - 1;
            try
            {
                read(JsonSerializer.Deserialize<Entry>(line, Json)!);
            }
            catch (JsonException damaged)
            {
                throw new ExportException($"'{path}' is damaged: {damaged.Message} Remove the folder and export again.", damaged);
            }
        }

        return whole;
    }

    /// <summary>One line.</summary>
    /// <param name="Format">First of all: the format.</param>
    /// <param name="Began">Fingerprint of a video that is being written.</param>
    /// <param name="Done">Name of a video that is whole.</param>
    /// <param name="Fingerprint">Its fingerprint.</param>
    /// <param name="Lengths">Bytes of each growing file with it.</param>
    /// <param name="Counters">The numbers that go on counting over videos.</param>
    internal sealed record Entry(
        string? Format = null, string? Began = null, string? Done = null, string? Fingerprint = null,
        IReadOnlyDictionary<string, long>? Lengths = null, IReadOnlyDictionary<string, long>? Counters = null);
}
