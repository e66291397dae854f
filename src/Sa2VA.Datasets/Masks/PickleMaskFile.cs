using System.Text;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// <c>mask_dict.pkl</c>: for each key a list of run-length masks. A pickle cannot be read in parts, so the first use reads all of it, into
/// one text a mask.
/// </summary>
internal sealed class PickleMaskFile(string path) : IMaskLists
{
    private readonly Lazy<Dictionary<string, IReadOnlyList<Rle?>>> _lists = new(() => Read(path));

    public string Path => path;

    public IReadOnlyList<Rle?> this[string key] => _lists.Value.TryGetValue(key, out var list) ? list : throw this.Missing(key);

    private static Dictionary<string, IReadOnlyList<Rle?>> Read(string path)
    {
        if (PickleReader.ReadFile(path) is not PickleDict root)
            throw new DatasetException($"'{path}' holds no dict, so it is no file of masks.");
        var lists = new Dictionary<string, IReadOnlyList<Rle?>>(root.Count);
        foreach (var (key, value) in root)
        {
            var where = new JsonPlace(path, $"masks '{key}'");
            if (value is not IReadOnlyList<object?> entries)
                throw where.Wrong("a list with an entry for each frame is expected");
            var masks = new Rle?[entries.Count];
            for (var i = 0; i < masks.Length; i++)
                masks[i] = Entry(entries[i], where);
            lists[Convert.ToString(key, System.Globalization.CultureInfo.InvariantCulture)!] = masks;
        }

        return lists;
    }

    private static Rle? Entry(object? entry, JsonPlace where) => entry switch
    {
        null or IReadOnlyList<object?> { Count: 0 } or PickleDict { Count: 0 } => null,
        PickleDict mask => Mask(mask, where),
        _ => throw where.Wrong("an entry is neither a mask nor None"),
    };

    private static Rle Mask(PickleDict mask, JsonPlace where)
    {
        if (mask["size"] is not IReadOnlyList<object?> { Count: 2 } size || size[0] is not (long and >= 1 and <= 65_535) || size[1] is not (long and >= 1 and <= 65_535))
            throw where.Wrong("a mask has no 'size' of height and width");
        var (height, width) = ((int)(long)size[0]!, (int)(long)size[1]!);
        return mask["counts"] switch
        {
            byte[] counts => new Rle(height, width, Encoding.Latin1.GetString(counts)),
            string counts => new Rle(height, width, counts),
            _ => throw where.Wrong("a mask has no compressed 'counts'"),
        };
    }
}
