using System.Globalization;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.UniPixel;

/// <summary>Questions that name objects as <c>[id]</c>, in the words of the official evaluation (PixelQA, VideoRefer).</summary>
internal static class ObjectQuestion
{
    /// <summary>
    /// A question with a place for each object that is pointed at, behind its first mention, and the request to find them. Objects come back in
    /// the order of their places.
    /// </summary>
    public static (IReadOnlyList<PromptPart> Parts, IReadOnlyList<(int Id, PointedObject Object)> Order) PointingAt(
        string question, IReadOnlyList<(int Id, PointedObject Object)> objects, UniPixelTokens tokens)
    {
        if (objects.Select(one => one.Id).Distinct().Count() != objects.Count)
            throw new ArgumentException("Two objects have the same id.", nameof(objects));
        var text = question.Trim();
        foreach (var (id, _) in objects.Where(one => !text.Contains(Name(one.Id), StringComparison.Ordinal)))
            text = $"{text} {Name(id)}".TrimStart();
        var order = objects.OrderBy(one => text.IndexOf(Name(one.Id), StringComparison.Ordinal)).ToList();
        var (parts, from) = (new List<PromptPart>(), 0);
        foreach (var (id, _) in order)
        {
            var at = text.IndexOf(Name(id), StringComparison.Ordinal) + Name(id).Length;
            parts.Add(PromptPart.Text(text[from..at] + " "));
            parts.Add(PromptPart.Token(tokens.ReferenceId));
            from = at;
        }

        parts.Add(PromptPart.Text($"{text[from..]}. Please localize the relevant objects with IDs."));
        return (parts, order);
    }

    /// <summary>The answer that names each object with a mask: given, not generated.</summary>
    public static IEnumerable<PromptPart> Located(IEnumerable<int> ids, UniPixelTokens tokens) =>
        ids.SelectMany((id, i) => (PromptPart[])[PromptPart.Text((i == 0 ? "" : " ") + Name(id) + " "), PromptPart.Token(tokens.SegmentationId)]);

    /// <summary>A question with what is remembered of objects before it.</summary>
    /// <param name="question">Passed on.</param>
    /// <param name="frames">Of the clip.</param>
    /// <param name="depth">Frames in a slice.</param>
    /// <param name="objects">With the slices in which each is seen, at least one.</param>
    /// <param name="tokens">Ids.</param>
    public static IReadOnlyList<PromptPart> Remembering(string question, int frames, int depth, IReadOnlyList<(int Id, int[] Slices)> objects, UniPixelTokens tokens)
    {
        if (objects.Count == 0)
            return [PromptPart.Text(question)];
        var parts = new List<PromptPart>
        {
            PromptPart.Text(frames == 1
                ? "Here is an image with the following highlighted regions:\n"
                : string.Create(CultureInfo.InvariantCulture, $"Here is a video with {frames} frames denoted as <1> to <{frames}>. The highlighted regions are as follows:\n")),
        };
        foreach (var (id, slices) in objects)
        {
            parts.Add(PromptPart.Text(Name(id) + ":"));
            foreach (var slice in slices)
            {
                var first = depth * slice + 1;
                parts.Add(PromptPart.Text(frames == 1 ? " <1> " : string.Create(CultureInfo.InvariantCulture, $" <{first}>-<{first + depth - 1}> ")));
                parts.Add(PromptPart.Token(tokens.MemoryId));
            }

            parts.Add(PromptPart.Text("\n"));
        }

        return [.. parts, PromptPart.Text(question)];
    }

    private static string Name(int id) => string.Create(CultureInfo.InvariantCulture, $"[{id}]");
}
