using System.Globalization;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using Sa2VA.Training.Objectives;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Tests.Objectives;

public sealed class SequenceLayoutTests
{
    private const int Frame = 9;
    private const float Hidden = -1e9f;

    private static readonly int[] Prefix = [1, Frame, Frame, 2];

    [Fact]
    public void A_token_sees_the_frames_and_its_own_turn_so_far()
    {
        var layout = Layout();
        Assert.Equal(
        [
            "0", "01", "012", "0123", "01234", "012345", "0123456", "01237", "012378",
            "9", "9a", "9ab", "9abc", "9abcd",
        ],
        Seen(layout));
    }

    [Fact]
    public void Turns_of_about_the_same_length_are_read_side_by_side()
    {
        var layout = new SequenceLayout(Prefix, [Clip(Turn(new int[40], 1), Turn(new int[5], 1), Turn(new int[60], 1)), Clip(Turn(new int[32], 1))], Frame);
        Assert.Equal([(2, 0, 4), (2, 4, 32), (2, 4, 60)], layout.Spans.Select(span => (span.Pieces.Count, span.Before, span.Length)));
        Assert.Equal(layout.Ids.Length, layout.Places.Distinct().Count());
        Assert.All(layout.Spans, span => Assert.Equal(span.Pieces.Count * span.Length, span.Queries().Count()));
        Assert.All(layout.Spans, span => Assert.Equal(span.Pieces.Count * (span.Before + span.Length), span.Keys().Count()));
    }

    [Fact]
    public void Turns_follow_the_frames_in_place_and_say_what_is_learnt()
    {
        var layout = Layout();
        Assert.Equal([1, Frame, Frame, 2, 3, 4, 5, 6, 7, 1, Frame, Frame, 2, 8], layout.Ids);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 4, 5, 0, 1, 2, 3, 4], layout.Positions);
        Assert.Equal([1, 2, 10, 11], layout.Placeholders);
        // Only spoken answers are learnt: 4 and 5 of the first turn, foretold by the tokens before them; the other clip's turn is all answer.
        Assert.Equal([(4L, 4L), (5L, 5L), (12L, 8L)], layout.Learned);
        // The second turn of the first clip says [SEG] as its last token.
        Assert.Equal([8], layout.Segmentations);
    }

    [Fact]
    public void Regions_repeat_the_visual_tokens_of_their_own_clip()
    {
        var region = Turn([Frame, 3, Frame, 4], answerStart: 3) with { Repeated = [(0, 1), (2, 0)] };
        var layout = new SequenceLayout(Prefix, [Clip(Turn([5], answerStart: 0)), Clip(region)], Frame);
        Assert.Equal([(9L, 3L), (11L, 2L)], layout.Repeated);
        Assert.Equal([1, 2, 6, 7], layout.Placeholders);
    }

    [Fact]
    public void Turns_side_by_side_are_read_as_if_each_were_asked_alone()
    {
        using var scope = NewDisposeScope();
        using var store = new RandomStore(4);
        var model = LanguageModel.Create(new WeightScope(store)["language_model"], Tiny.Config.Language);
        var prefix = Tiny.Prompts.Prefix(2);
        SampledTurn[] turns = [Turn("the square", "It is [SEG]."), Turn("all red triangles that turn back", "It is not there."), Turn("it", "[SEG]")];
        var layout = new SequenceLayout(prefix, [Clip(turns[0], turns[1]), Clip(turns[2])], Tiny.Prompts.Placeholder);
        var spans = new AttentionSpans(
            [
                .. layout.Spans.Select(span => new AttentionSpan(
                    tensor(span.Queries().ToArray()), tensor(span.Keys().ToArray()), span.Pieces.Count,
                    tensor(span.Mask(Hidden), [1, 1, span.Length, span.Before + span.Length]))),
            ],
            tensor(layout.Places));
        var states = model.Read(model.Embed(tensor(layout.Ids)), spans, tensor(layout.Positions));

        using var frames = model.NewCache();
        var first = model.forward(model.Embed(prefix), frames)[0];
        var start = 0L;
        foreach (var clip in new[] { turns[..2], turns[2..] })
        {
            AssertClose(first, states.narrow(0, start, prefix.Length));
            start += prefix.Length;
            foreach (var turn in clip)
            {
                using var cache = frames.Copy(more: turn.Ids.Length);
                AssertClose(model.forward(model.Embed(turn.Ids), cache)[0], states.narrow(0, start, turn.Ids.Length));
                start += turn.Ids.Length;
            }
        }
    }

    // For each token the places that it sees, as digits.
    private static List<string> Seen(SequenceLayout layout)
    {
        var rows = new List<string>();
        foreach (var span in layout.Spans)
        {
            var (keys, mask, width) = (span.Keys().ToArray(), span.Mask(Hidden), span.Before + span.Length);
            for (var row = 0; row < span.Pieces.Count * span.Length; row++)
            {
                var (piece, query) = (row / span.Length, row % span.Length);
                rows.Add(string.Concat(Enumerable.Range(0, width).Where(key => mask[query * width + key] == 0)
                    .Select(key => keys[piece * width + key].ToString("x", CultureInfo.InvariantCulture))));
            }
        }

        return [.. layout.Places.Select(place => rows[(int)place])];
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        var difference = (expected - found).abs().max().item<float>();
        Assert.True(difference < 1e-4, $"largest difference {difference}");
    }

    private static SequenceLayout Layout() => new(
        Prefix,
        [Clip(Turn([3, 4, 5], answerStart: 1), Turn([6, 7], answerStart: 1, segmentation: 1, isSpoken: false)), Clip(Turn([8], answerStart: 0))],
        Frame);

    private static SampledTurn Turn(int[] ids, int answerStart, int segmentation = -1, bool isSpoken = true) => 
        new(ids, answerStart, isSpoken, segmentation < 0 ? [] : [new SampledSegment(segmentation, [], [])], new AnswerKind[ids.Length - answerStart], []);

    private static SampledTurn Turn(string question, string answer)
    {
        var asked = Tiny.Prompts.Question(question);
        return Turn([.. asked, .. Tiny.Prompts.Answer(answer)], asked.Length);
    }

    private static ClipSample Clip(params SampledTurn[] turns) => new()
    {
        TrackerPixels = [], VisionPixels = [], Gaps = [], Turns = turns, Tracks = [], TrackerLabels = [], VisionLabels = [],
    };
}
