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
        var mask = layout.Mask(Hidden);
        // Row by row: prefix (4), first turn (3), second turn (2).
        string[] expected =
        [
            "x........",
            "xx.......",
            "xxx......",
            "xxxx.....",
            "xxxxx....",
            "xxxxxx...",
            "xxxxxxx..",
            "xxxx...x.",
            "xxxx...xx",
        ];
        Assert.Equal(expected, Enumerable.Range(0, 9).Select(row => string.Concat(mask.AsSpan(row * 9, 9).ToArray().Select(value => value == 0 ? 'x' : '.'))));
        Assert.All(mask, value => Assert.True(value is 0 or Hidden));
    }

    [Fact]
    public void Turns_follow_the_frames_in_place_and_say_what_is_learnt()
    {
        var layout = Layout();
        Assert.Equal([1, Frame, Frame, 2, 3, 4, 5, 6, 7], layout.Ids[..9]);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 4, 5], layout.Positions[..9]);
        Assert.Equal([1, 2, 10, 11], layout.Placeholders);
        // Only spoken answers are learnt: 4 and 5 of the first turn, foretold by the tokens before them; the other clip's turn is all answer.
        Assert.Equal([(4L, 4L), (5L, 5L), (12L, 8L)], layout.Learned);
        // The second turn of the first clip says [SEG] as its last token.
        Assert.Equal([8], layout.Segmentations);
        // The other clip is shorter and filled up with tokens that nobody sees.
        Assert.Equal([1, Frame, Frame, 2, 8, 0, 0, 0, 0], layout.Ids[9..]);
        var mask = layout.Mask(Hidden);
        for (var row = 0; row < 5; row++)
            Assert.All(mask.AsSpan(81 + row * 9 + 5, 4).ToArray(), value => Assert.Equal(Hidden, value));
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
        var ids = tensor(layout.Ids, [2, layout.Length]);
        var states = model.Read(model.Embed(ids), tensor(layout.Mask(Hidden), [2, 1, layout.Length, layout.Length]), tensor(layout.Positions, [2, layout.Length]));

        using var frames = model.NewCache();
        AssertClose(model.forward(model.Embed(prefix), frames)[0], states[0].narrow(0, 0, prefix.Length));
        var start = (long)prefix.Length;
        foreach (var (row, turn) in new[] { (0, turns[0]), (0, turns[1]), (1, turns[2]) })
        {
            if (row == 1)
                start = prefix.Length;
            using var cache = frames.Copy(more: turn.Ids.Length);
            AssertClose(model.forward(model.Embed(turn.Ids), cache)[0], states[row].narrow(0, start, turn.Ids.Length));
            start += turn.Ids.Length;
        }
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

    private static SampledTurn Turn(int[] ids, int answerStart, int segmentation = -1, bool isSpoken = true) => new(ids, answerStart, segmentation, isSpoken, [], new bool[ids.Length - answerStart], [], []);

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
