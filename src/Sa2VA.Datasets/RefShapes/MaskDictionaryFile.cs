using System.Globalization;
using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// <c>mask_dict.json</c> as MeViS has it: for each annotation id a list with a COCO run length per frame, null where nothing is seen.
/// Written as the videos come; it gets its name on <see cref="Complete"/>.
/// </summary>
internal sealed class MaskDictionaryFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;

    public MaskDictionaryFile(string path)
    {
        (_path, _partial) = (path, path + ".partial");
        _file = File.Create(_partial);
        _json = new Utf8JsonWriter(_file);
        _json.WriteStartObject();
    }

    /// <summary>Adds one annotation.</summary>
    public void Add(int annotation, IReadOnlyList<Rle?> masks)
    {
        _json.WritePropertyName(annotation.ToString(CultureInfo.InvariantCulture));
        Write(_json, masks);
        _json.Flush();
    }

    public void Complete()
    {
        _json.WriteEndObject();
        _json.Flush();
        _file.Dispose();
        File.Move(_partial, _path, overwrite: true);
    }

    public void Dispose()
    {
        _json.Reset(Stream.Null);
        _json.Dispose();
        _file.Dispose();
        File.Delete(_partial);
    }

    /// <summary>Writes masks as a list of <c>{"size": [height, width], "counts": "..."}</c> and nulls.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Rle?> masks)
    {
        json.WriteStartArray();
        foreach (var mask in masks)
        {
            if (mask is null)
            {
                json.WriteNullValue();
                continue;
            }

            json.WriteStartObject();
            json.WriteStartArray("size");
            json.WriteNumberValue(mask.Height);
            json.WriteNumberValue(mask.Width);
            json.WriteEndArray();
            json.WriteString("counts", mask.Counts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
