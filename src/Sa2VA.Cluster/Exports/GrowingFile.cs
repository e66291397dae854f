using System.Text;

namespace Sa2VA.Cluster.Exports;

/// <summary>A text file that grows video by video under a temporary name. What was written after the last commit is cut off when an export goes on.</summary>
internal sealed class GrowingFile : IDisposable
{
    private const int BufferBytes = 1 << 16;
    private readonly FileStream _file;
    private readonly StreamWriter _writer;
    private bool _closed;

    /// <param name="path">The file's name when it is finished.</param>
    /// <param name="length">Bytes that are kept of an earlier attempt.</param>
    /// <exception cref="ExportException">There is less than that.</exception>
    public GrowingFile(string path, long length)
    {
        Path = path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _file = new FileStream(Partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, BufferBytes);
        if (_file.Length < length)
        {
            _file.Dispose();
            throw new ExportException($"'{Partial}' has become shorter than this export left it. Remove the folder and export again.");
        }

        _file.SetLength(length);
        _file.Seek(0, SeekOrigin.End);
        _writer = new StreamWriter(_file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferBytes, leaveOpen: true) { NewLine = "\n" };
    }

    /// <summary>Its name when it is finished.</summary>
    public string Path { get; }

    /// <summary>Nothing is in it.</summary>
    public bool IsEmpty => _file.Length == 0;

    /// <summary>Its name until then.</summary>
    public string Partial => Path + ".partial";

    /// <summary>Appends a line.</summary>
    public Task WriteLineAsync(string line, CancellationToken cancellationToken) => _writer.WriteLineAsync(line.AsMemory(), cancellationToken);

    /// <summary>The lines that an earlier attempt left; before anything is written.</summary>
    public IReadOnlyList<string> ReadLines()
    {
        _file.Seek(0, SeekOrigin.Begin);
        using var reader = new StreamReader(_file, leaveOpen: true);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    /// <summary>Makes what was written durable and says how much it is.</summary>
    public long Commit()
    {
        _writer.Flush();
        _file.Flush(flushToDisk: true);
        return _file.Length;
    }

    /// <summary>Gives the file its name.</summary>
    public void Finish()
    {
        Dispose();
        File.Move(Partial, Path, overwrite: true);
    }

    /// <summary>Removes it: its content went elsewhere.</summary>
    public void Discard()
    {
        Dispose();
        File.Delete(Partial);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _writer.Dispose();
        _file.Dispose();
    }
}
