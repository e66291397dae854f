using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// <c>mask_dict.json</c>: for each annotation id a list of run-length masks. These files have hundreds of megabytes. The first use walks
/// through the file once and notes where each list lies, sixteen bytes an id; a list is parsed when it is asked for, and the last ones
/// are kept. So memory does not grow with the file, and the first use costs one sequential read, as parsing to masks at once would too.
/// </summary>
internal sealed class JsonMaskFile(string path) : IMaskLists
{
    // A scorer goes through the frames of a video and asks for all its objects on each, several videos at a time.
    private const long KeptBytes = 128 << 20;

    private readonly Lazy<Dictionary<string, (long Offset, int Length)>> _index = new(() => Scan(path));
    private readonly RecentValues<string, IReadOnlyList<Rle?>> _recent = new(KeptBytes, Bytes);

    public string Path => path;

    public IReadOnlyList<Rle?> this[string key] => _recent.GetOrAdd(key, Load);

    private static Dictionary<string, (long Offset, int Length)> Scan(string path)
    {
        var index = new Dictionary<string, (long, int)>();
        JsonScan.Values(path, depth: 1, (_, name, offset, bytes) => index[name] = (offset, bytes.Length));
        return index;
    }

    private static long Bytes(IReadOnlyList<Rle?> list) => list.Sum(mask => 8L + (mask is null ? 0 : 64 + mask.Counts.Length * sizeof(char)));

    private IReadOnlyList<Rle?> Load(string key)
    {
        if (!_index.Value.TryGetValue(key, out var at))
            throw this.Missing(key);
        return JsonFile.Guard<IReadOnlyList<Rle?>>(path, () =>
        {
            var bytes = new byte[at.Length];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            file.Position = at.Offset;
            file.ReadExactly(bytes);
            using var document = JsonDocument.Parse(bytes);
            return RleJson.List(document.RootElement, new JsonPlace(path, $"masks '{key}'"));
        });
    }
}
