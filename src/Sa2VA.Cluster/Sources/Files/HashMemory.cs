using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Sources.Files;

/// <summary>
/// Content hashes of files under the roots, so that a large file is read for its hash once and not at every slice. Kept in the cache
/// folder and not beside the files, because roots are often mounted read-only. There are 65,536 places; two files that fall on the same one
/// push each other out, and losing one costs a reading, so nothing is synced and no failure is reported.
/// </summary>
internal sealed class HashMemory
{
    // A file that was written just now may be written again within the same tick of its clock, unnoticed.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly string _folder;
    private readonly TimeProvider _time;

    public HashMemory(string cacheFolder, TimeProvider time)
    {
        _folder = Path.Combine(cacheFolder, "hashes");
        _time = time;
        Directory.CreateDirectory(_folder);
    }

    /// <summary>The hash that was kept for this state of the file, or null.</summary>
    public string? Find(string path, string stamp)
    {
        try
        {
            var lines = File.ReadAllLines(FileOf(path));
            return lines.Length == 3 && lines[0] == path && lines[1] == stamp && lines[2].Length == 64 && lines[2].All(char.IsAsciiHexDigitLower) ? lines[2] : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a hash, unless the file is so young that its time does not tell its states apart.</summary>
    public void Keep(string path, string stamp, string hash, DateTime lastWriteUtc)
    {
        if (_time.GetUtcNow().UtcDateTime - lastWriteUtc < Settled) return;
        var file = FileOf(path);
        // Processes that share the folder may write the same place at once; each writes beside under a name of its own.
        var beside = $"{file}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            File.WriteAllText(beside, $"{path}\n{stamp}\n{hash}\n");
            File.Move(beside, file, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            File.Delete(beside);
        }
    }

    private string FileOf(string path) => Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..4]);
}
