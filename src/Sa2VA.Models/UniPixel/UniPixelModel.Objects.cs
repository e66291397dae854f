using System.Globalization;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

// Objects in questions: pointed at (first pass, "pre-fill") and remembered (second pass, "inject").
public sealed partial class UniPixelModel
{
    /// <summary>
    /// Finds objects that are pointed at: reads the question with the answer that names each of them already given, and returns what
    /// prompts the tracker for each. Nothing is generated.
    /// </summary>
    /// <param name="clip">From <see cref="Look"/>; unchanged.</param>
    /// <param name="question">In which each object is written as <c>[id]</c>; where one is not, it is named at the end.</param>
    /// <param name="objects">By id; coordinates in pixels of the tracker's square.</param>
    /// <returns>For each object, in their order, tokens of C values one after another: see <see cref="UniPixelProtocol.Prompt"/>.</returns>
    /// <exception cref="ArgumentException">An object lies outside the clip, or the question is too long.</exception>
    public float[][] Localize(UniPixelClip clip, string question, IReadOnlyList<(int Id, PointedObject Object)> objects)
    {
        ArgumentOutOfRangeException.ThrowIfZero(objects.Count);
        foreach (var (_, one) in objects) one.Check(clip.Frames, Config.Tracker.ImageSize);
        using var scope = NewDisposeScope();
        var (parts, order) = ObjectQuestion.PointingAt(question, objects, _tokens);
        var ids = _tokens.Question(parts, ObjectQuestion.Located(order.Select(one => one.Id), _tokens));
        CheckLength(clip.Prefix, ids);
        var embedded = _network.LanguageModel.Embed(ids);
        Placeholders.Fill(embedded, ids, _tokens.ReferenceId, _network.References.forward([.. order.Select(one => one.Object)], clip.Grid.Slices).to(embedded.dtype));
        Tensor? before = null;
        using (var cache = clip.Prefix.Cache.Copy(more: ids.Length))
            _network.LanguageModel.forward(embedded, [new Continuation(cache, ids.Length)], observe: state => before = state.alias().MoveToOuterDisposeScope());

        // The state that predicts a token is that of the one before it.
        var found = new Dictionary<int, float[]>();
        for (var (i, next) = (1, 0); i < ids.Length; i++)
        {
            if (ids[i] == _tokens.SegmentationId)
                found.Add(order[next++].Id, _network.SegmentationHead.forward(before!.select(1, i - 1)).ToArray<float>());
        }

        return [.. objects.Select(one => found[one.Id])];
    }

    /// <summary>Begins an answer to a question about remembered objects, to be decoded by <see cref="Step"/>.</summary>
    /// <param name="clip">From <see cref="Look"/>; unchanged.</param>
    /// <param name="question">In which objects are written as <c>[id]</c>; tokens spelled in it are plain text.</param>
    /// <param name="objects">All that the question may name; none for a plain question.</param>
    /// <param name="answerStart">Words with which the answer begins, for example "The best option is (".</param>
    /// <param name="options">Limits; the question is always passed on word for word.</param>
    /// <exception cref="ArgumentException">Masks do not fit the clip, or the question is empty or too long.</exception>
    public PendingAnswer BeginAbout(UniPixelClip clip, string question, IReadOnlyList<RememberedObject> objects, string answerStart = "", AskOptions? options = null)
    {
        options = (options ?? new AskOptions()).Validated();
        if (string.IsNullOrWhiteSpace(question))
            throw new ArgumentException("The question is empty.", nameof(question));
        using var scope = NewDisposeScope();
        var seen = objects.Select(one => (one.Id, Cells: Cells(clip, one))).ToList();
        var parts = ObjectQuestion.Remembering(question, clip.Frames, Config.Vision.TemporalPatchSize, [.. seen.Select(one => (one.Id, Slices(one.Cells)))], _tokens);
        var ids = _tokens.Question(parts, answerStart.Length > 0 ? [PromptPart.Text(answerStart)] : null);
        var embedded = _network.LanguageModel.Embed(ids);
        if (seen.Count > 0)
        {
            var rows = ObjectFeatures.Rows(clip.Groups, QwenVl.WindowOrder.Of(clip.Grid, Config.Vision));
            var means = cat([.. seen.Select(one => ObjectFeatures.Pool(rows, one.Cells))]);
            Placeholders.Fill(embedded, ids, _tokens.MemoryId, _network.Objects.forward(means).to(embedded.dtype));
        }

        return Begin(clip.Prefix, ids, embedded, options);
    }

    /// <summary>The same, decoded to its end.</summary>
    /// <param name="clip">From <see cref="Look"/>; unchanged.</param>
    /// <param name="question">See <see cref="BeginAbout"/>.</param>
    /// <param name="objects">See <see cref="BeginAbout"/>.</param>
    /// <param name="answerStart">See <see cref="BeginAbout"/>.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Counts between tokens of the answer.</param>
    /// <exception cref="ArgumentException">Masks do not fit the clip, or the question is empty or too long.</exception>
    public Answer AskAbout(
        UniPixelClip clip, string question, IReadOnlyList<RememberedObject> objects, string answerStart = "", AskOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var pending = BeginAbout(clip, question, objects, answerStart, options);
        return Finish(pending, cancellationToken);
    }

    /// <summary>Where an object is on the clip's grid: [T, rows · columns] of bool, never empty altogether.</summary>
    private Tensor Cells(UniPixelClip clip, RememberedObject one)
    {
        if (one.Masks.Count != clip.Frames || one.Masks.Any(mask => mask.Length != (long)one.Width * one.Height))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Object {one.Id} has {one.Masks.Count} masks of {one.Width}x{one.Height} pixels for a clip of {clip.Frames} frames; give one for each frame, in that size."));
        var masks = stack([.. one.Masks.Select(mask => tensor(mask, [one.Height, one.Width]))]);
        if (!masks.any().item<bool>())
            masks = ones([one.Masks.Count, one.Height, one.Width]);
        return ObjectFeatures.OnGrid(masks, clip.Grid, Config.Vision);
    }

    /// <summary>The slices in which an object is seen.</summary>
    private static int[] Slices(Tensor cells) => [.. cells.any(1).ToArray<bool>().Index().Where(slice => slice.Item).Select(slice => slice.Index)];

    private static void CheckLength(VisionPrefix prefix, int[] ids)
    {
        if (prefix.Tokens + ids.Length > LanguageModel.ContextLimit)
            throw new ArgumentException($"The question takes {ids.Length} tokens; with the frames' {prefix.Tokens} that is more than the {LanguageModel.ContextLimit} that the language model reads. Ask a shorter question.", nameof(ids));
    }
}
