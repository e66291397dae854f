using System.Text.Json;

namespace Sa2VA.Datasets;

/// <summary>
/// Reads <c>meta_expressions.json</c>, the form that Ref-YouTube-VOS introduced and the others took over:
/// <c>{"videos": {ID: {"frames": [...], "expressions": {ID: {"exp": "...", "obj_id": ..., "anno_id": ...}}}}}</c>.
/// </summary>
internal static class ExpressionFile
{
    /// <summary>Reads all videos, in the order of the file.</summary>
    /// <exception cref="DatasetException">The file is missing, cut off, or not of that form; the message names the video and the field.</exception>
    public static IReadOnlyList<VideoEntry> Read(string path)
    {
        using var document = JsonFile.Parse(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("videos", out var list) || list.ValueKind != JsonValueKind.Object)
            throw new DatasetException($"'{path}' has no object 'videos', so it is no file of expressions.");
        var videos = new List<VideoEntry>();
        var ids = new HashSet<string>();
        foreach (var video in list.EnumerateObject())
        {
            if (!ids.Add(video.Name))
                throw new DatasetException($"'{path}' lists the video '{video.Name}' twice.");
            videos.Add(Video(video, path));
        }

        return videos.Count > 0 ? videos : throw new DatasetException($"'{path}' lists no videos.");
    }

    private static VideoEntry Video(JsonProperty property, string path)
    {
        var where = new JsonPlace(path, $"video '{property.Name}'");
        CheckName(property.Name, where);
        var frames = where.Member(property.Value, "frames", JsonValueKind.Array).EnumerateArray().Select(f => where.Text(f, "frames")).Order(StringComparer.Ordinal).ToList();
        if (frames.Count == 0)
            throw where.Wrong("it has no frames");
        for (var i = 0; i < frames.Count; i++)
        {
            CheckName(frames[i], where);
            if (i > 0 && frames[i] == frames[i - 1])
                throw where.Wrong($"frame '{frames[i]}' is listed twice");
        }

        var expressions = new List<ExpressionEntry>();
        var ids = new HashSet<string>();
        foreach (var expression in where.Member(property.Value, "expressions", JsonValueKind.Object).EnumerateObject())
        {
            if (!ids.Add(expression.Name))
                throw where.Wrong($"expression '{expression.Name}' is listed twice");
            expressions.Add(Expression(expression, new JsonPlace(path, $"video '{property.Name}', expression '{expression.Name}'")));
        }

        return new VideoEntry(property.Name, frames, where.Size(property.Value, "width"), where.Size(property.Value, "height"), expressions);
    }

    private static ExpressionEntry Expression(JsonProperty property, JsonPlace where)
    {
        var value = property.Value;
        return new ExpressionEntry(
            property.Name,
            where.Text(where.Member(value, "exp", JsonValueKind.String), "exp"),
            value.TryGetProperty("level", out var level) ? where.Text(level, "level") : null,
            where.Integer(value, "type_id"),
            where.Keys(value, "obj_id"),
            where.Keys(value, "anno_id"));
    }

    /// <summary>Names become paths; a file from elsewhere must not lead out of the dataset.</summary>
    private static void CheckName(string name, JsonPlace where)
    {
        if (name.Length == 0 || Path.IsPathRooted(name) || name.Contains('\0', StringComparison.Ordinal) || name.Split('/', '\\').Contains(".."))
            throw where.Wrong($"'{name}' cannot be the name of a file in the dataset");
    }
}
