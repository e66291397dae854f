using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// The weights of a checkpoint folder: one <c>model.safetensors</c>, or shards with their index. All files stay mapped until the
/// folder is disposed.
/// </summary>
public sealed class SafetensorsFolder : IDisposable
{
    /// <summary>The name of the file when there is only one.</summary>
    public const string SingleFileName = "model.safetensors";

    private readonly FrozenDictionary<string, SafetensorsFile> _fileOfTensor;

    private SafetensorsFolder(string path, ImmutableArray<SafetensorsFile> files, FrozenDictionary<string, SafetensorsFile> fileOfTensor)
    {
        Path = path;
        Files = files;
        _fileOfTensor = fileOfTensor;
    }

    /// <summary>The folder, or the single file, as it was given.</summary>
    public string Path { get; }

    /// <summary>The mapped files, sorted by name.</summary>
    public ImmutableArray<SafetensorsFile> Files { get; }

    /// <summary>The names of all tensors; those that the shards hold beside the index among them.</summary>
    public ImmutableArray<string> TensorNames => _fileOfTensor.Keys;

    /// <summary>Bytes of tensor data in all files.</summary>
    public long DataBytes => Files.Sum(file => file.DataBytes);

    /// <summary>Opens a folder, or one safetensors file.</summary>
    /// <exception cref="SafetensorsException">
    /// There are no weights, a shard is missing or lacks a tensor that the index promises, or a file is damaged.
    /// </exception>
    public static SafetensorsFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
            return OpenFiles(path, [path], index: null);

        var index = System.IO.Path.Combine(path, SafetensorsIndex.FileName);
        var single = System.IO.Path.Combine(path, SingleFileName);
        return (File.Exists(index), File.Exists(single)) switch
        {
            (true, true) => throw new SafetensorsException(path,
                $"holds both '{SingleFileName}' and '{SafetensorsIndex.FileName}', so it cannot be told which weights are meant. Remove the one that does not belong to this model."),
            (true, false) => OpenShards(path, index),
            (false, true) => OpenFiles(path, [single], index: null),
            _ => throw new SafetensorsException(path,
                $"holds neither '{SingleFileName}' nor '{SafetensorsIndex.FileName}'. Give the folder of a complete checkpoint."),
        };
    }

    /// <summary>Finds a tensor in whichever file holds it.</summary>
    public bool TryGet(
        string name,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafetensorsFile? file,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafetensorsEntry? entry)
    {
        entry = null;
        return _fileOfTensor.TryGetValue(name, out file) && file.TryGet(name, out entry);
    }

    /// <summary>Lets go of every file.</summary>
    public void Dispose()
    {
        foreach (var file in Files)
            file.Dispose();
    }

    private static SafetensorsFolder OpenShards(string folder, string indexPath)
    {
        var index = SafetensorsIndex.Read(indexPath);
        var missing = index.Shards.Where(shard => !File.Exists(System.IO.Path.Combine(folder, shard))).ToList();
        if (missing.Count > 0)
        {
            throw new SafetensorsException(indexPath,
                $"names {index.Shards.Length} files, of which {missing.Count} are not in the folder: {string.Join(", ", missing.Take(8))}. Fetch the missing ones.");
        }

        return OpenFiles(folder, index.Shards.Select(shard => System.IO.Path.Combine(folder, shard)), index);
    }

    private static SafetensorsFolder OpenFiles(string path, IEnumerable<string> files, SafetensorsIndex? index)
    {
        var opened = ImmutableArray.CreateBuilder<SafetensorsFile>();
        try
        {
            foreach (var file in files)
                opened.Add(SafetensorsFile.Open(file));
            return new SafetensorsFolder(path, opened.ToImmutable(), Assign(path, opened, index));
        }
        catch
        {
            foreach (var file in opened)
                file.Dispose();
            throw;
        }
    }

    private static FrozenDictionary<string, SafetensorsFile> Assign(string folder, IEnumerable<SafetensorsFile> files, SafetensorsIndex? index)
    {
        var fileOfTensor = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var fileOfShard = files.ToDictionary(file => System.IO.Path.GetFileName(file.Path), StringComparer.Ordinal);
        foreach (var (tensor, shard) in index?.ShardOfTensor ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            var file = fileOfShard[shard];
            if (!file.TryGet(tensor, out _))
                throw new SafetensorsException(file.Path, tensor, $"is not in this file, although '{SafetensorsIndex.FileName}' says so. The folder seems to mix two models: fetch it again.");
            fileOfTensor.Add(tensor, file);
        }

        foreach (var (file, entry) in fileOfShard.Values.SelectMany(file => file.Entries.Select(entry => (file, entry))))
        {
            // What the index does not list is still a tensor of the model, as the reference loader sees it. Only a name that two
            // shards hold, and that the index does not settle, has no answer.
            if (!fileOfTensor.TryAdd(entry.Name, file) && index?.ShardOfTensor.ContainsKey(entry.Name) != true)
                throw new SafetensorsException(folder, entry.Name, "is in two shards, and the index does not say which one counts.");
        }

        return fileOfTensor.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
