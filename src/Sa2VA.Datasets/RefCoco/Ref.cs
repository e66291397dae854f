using System.Globalization;

namespace Sa2VA.Datasets;

/// <summary>One object of an image and what people said about it.</summary>
/// <param name="ImageId">Key in <c>images</c> of <c>instances.json</c>.</param>
/// <param name="AnnotationId">Key in <c>annotations</c>.</param>
/// <param name="Split">As the authors drew them.</param>
/// <param name="Sentences">Ids, unique in the dataset, and texts.</param>
internal sealed record Ref(long ImageId, long AnnotationId, string Split, IReadOnlyList<(string Id, string Text)> Sentences)
{
    /// <summary>Reads <c>refs(...).p</c>: a pickled list of dicts.</summary>
    public static IReadOnlyList<Ref> ReadFile(string path)
    {
        if (PickleReader.ReadFile(path) is not IReadOnlyList<object?> list)
            throw new DatasetException($"'{path}' holds no list, so it is no file of references.");
        return [.. list.Select((item, index) => Read(item, new JsonPlace(path, $"entry {index}")))];
    }

    private static Ref Read(object? item, JsonPlace where)
    {
        if (item is not PickleDict fields)
            throw where.Wrong("a dict is expected");
        if (fields["sentences"] is not IReadOnlyList<object?> sentences)
            throw where.Wrong("'sentences' is no list");
        return new Ref(Number(fields, "image_id", where), Number(fields, "ann_id", where), Text(fields, "split", where), [.. sentences.Select(s => Sentence(s, where))]);
    }

    private static (string Id, string Text) Sentence(object? item, JsonPlace where) =>
        item is PickleDict fields
            ? (Number(fields, "sent_id", where).ToString(CultureInfo.InvariantCulture), Text(fields, "sent", where))
            : throw where.Wrong("a sentence is no dict");

    private static long Number(PickleDict fields, string name, JsonPlace where) =>
        fields[name] is long value ? value : throw where.Wrong($"'{name}' is missing or no integer");

    private static string Text(PickleDict fields, string name, JsonPlace where) =>
        fields[name] as string ?? throw where.Wrong($"'{name}' is missing or no text");
}
