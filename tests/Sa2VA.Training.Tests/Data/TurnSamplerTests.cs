using Sa2VA.Datasets.RefShapes;
using Sa2VA.Models.Sa2va;
using Sa2VA.Training.Data;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Data;

/// <summary>Captions, presence and regions: that the tokens are those with which a model is asked, and what is learnt of each.</summary>
public sealed class TurnSamplerTests
{
    private static readonly Sa2vaConfig OneTile = Tiny.Config with { ImageTiles = 1 };

    private readonly RefShapesVideo _video = RefShapesVideo.Create(RefShapesSplit.Train, 0, 3);

    [Fact]
    public void Each_phrase_of_a_caption_is_shown_by_the_mask_after_it()
    {
        var caption = new RefShapesClip(_video).Caption([Things(0)])!;
        var phrases = caption.Answer.TrimEnd('.').Split(" [SEG]", StringSplitOptions.RemoveEmptyEntries).Select(phrase => phrase.TrimStart(',', ' ')).ToList();
        Assert.True(phrases.Count > 1);
        Assert.Equal(caption.Each.Count, phrases.Count);
        foreach (var (phrase, set) in phrases.Zip(caption.Each))
        {
            var thing = _video.Objects[System.Numerics.BitOperations.TrailingZeroCount(set)];
            Assert.Equal($"<p> the {thing.Size} {thing.Colour} {thing.Texture} {thing.Shape} </p>".ToLowerInvariant(), phrase);
            Assert.True(Things(0).Count(at => at == set) >= 12);
        }
    }

    [Fact]
    public void A_caption_is_asked_for_as_sa2va_caption_does_and_teaches_every_mask()
    {
        var (turns, clip) = Turns(new SampleOptions { KeyFrames = 1, Questions = 1, Descriptions = 0, Captions = 1, MasksPerQuestion = 2 }, isStill: false);
        var turn = turns[^1];
        Assert.Equal(Tiny.Prompts.Question("\n" + GroundedCaption.Request), turn.Ids[..turn.AnswerStart]);
        var caption = clip.Caption([Things(KeyFrame(1))])!;
        Assert.Equal(Tiny.Prompts.Answer(caption.Answer), turn.Ids[turn.AnswerStart..]);
        Assert.Equal(caption.Each.Count, turn.Segments.Count);
        Assert.All(turn.Segments, segment => Assert.Equal((Tiny.Prompts.Segmentation, 2), (turn.Ids[segment.Index], segment.Masks.Count)));
        Assert.Equal(caption.Each.Select(set => clip.ClassesOf(System.Numerics.BitOperations.TrailingZeroCount(set))), turn.Segments.Select(segment => segment.Classes));
        // The words before a mask, and that mask's token, look at what it shows.
        for (var i = 1; i < turn.Segments.Count; i++)
        {
            var words = turn.Looks.Skip(turn.Segments[i - 1].Index + 1 - turn.AnswerStart).Take(turn.Segments[i].Index - turn.Segments[i - 1].Index);
            Assert.Single(words.Distinct());
        }
    }

    [Fact]
    public void Whether_something_is_there_is_asked_as_it_is_and_answered_by_what_is_true()
    {
        var answers = new HashSet<string>(StringComparer.Ordinal);
        for (ulong draw = 0; draw < 12; draw++)
        {
            var (turns, clip) = Turns(new SampleOptions { KeyFrames = 1, Questions = 1, Descriptions = 0, Presences = 1 }, isStill: false, draw);
            var turn = turns[^1];
            var answer = Tiny.Tokenizer.Decode(turn.Ids[turn.AnswerStart..^1]);
            var asked = clip.Turns.Where(one => Tiny.Prompts.Question("\n" + PresenceQuestion.Of(one.Question)).SequenceEqual(turn.Ids[..turn.AnswerStart])).ToList();
            Assert.NotEmpty(asked);
            Assert.All(asked, one => Assert.Equal(one.Things != 0 ? "Yes." : "No.", answer));
            Assert.Empty(turn.Segments);
            answers.Add(answer);
        }

        Assert.Equal(2, answers.Count);
    }

    [Fact]
    public void A_region_is_shown_by_the_tokens_with_which_a_model_is_asked_about_it()
    {
        var (turns, clip) = Turns(new SampleOptions { Questions = 1, Descriptions = 1, Regions = 12 }, isStill: true);
        var about = turns.Where(turn => turn.Repeated.Count > 0).ToList();
        Assert.Equal(12, about.Count);
        var counts = new HashSet<int>();
        foreach (var turn in about)
        {
            // Where the placeholders of one region end, another token stands.
            var sizes = turn.Repeated.Select((one, i) => one.Index - i).GroupBy(run => run).Select(run => run.Count()).ToList();
            counts.Add(sizes.Count);
            var questions = Enumerable.Range(0, sizes.Count).Select(asked => clip.AskAboutRegion([.. Enumerable.Repeat(0, sizes.Count)], asked)!.Question);
            var still = Tiny.Prompts.StillPrefix(OneTile.TokensPerFrame, []);
            var whole = Tiny.Prompts.StillPrefix(OneTile.TokensPerFrame, sizes);
            int[] asked = [.. still, .. turn.Ids[..turn.AnswerStart]];
            Assert.Contains(questions, question => asked.SequenceEqual([.. whole, .. Tiny.Prompts.Question(PromptTokens.Tail(sizes.Count) + "\n" + question)]));
            Assert.All(turn.Repeated, one => Assert.Equal(Tiny.Prompts.Placeholder, turn.Ids[one.Index]));
            Assert.Contains(Tiny.Tokenizer.Decode(turn.Ids[turn.AnswerStart..^1]), _video.Objects.Select(thing => clip.AskAboutRegion([thing.Index], 0).Answer));
        }

        Assert.True(counts.Count > 1, "all questions show as many regions");
    }

    [Fact]
    public void A_picture_is_asked_nothing_that_takes_several_frames()
    {
        var surveyed = new RefShapesClip(_video).Turns.Where(turn => turn.IsSurveyed).ToList();
        Assert.NotEmpty(surveyed);
        var (turns, _) = Turns(new SampleOptions { Questions = 99, Descriptions = 0 }, isStill: true);
        Assert.NotEmpty(turns);
        Assert.DoesNotContain(turns, turn => turn.Kinds.Contains(AnswerKind.Survey));
        Assert.All(surveyed, one => Assert.DoesNotContain(turns, turn => Tiny.Prompts.Question(QuestionTemplate.Apply(one.Question, isStill: true)).SequenceEqual(turn.Ids[..turn.AnswerStart])));
    }

    [Fact]
    public void Pictures_of_several_tiles_are_refused()
    {
        using var start = new Sa2VA.Models.Weights.RandomStore(1);
        var recipe = Tiny.Recipe with { Samples = Tiny.Recipe.Samples with { Stills = 0.5 } };
        var error = Assert.Throws<TrainingException>(() => new Trainer(recipe, Tiny.Config with { ImageTiles = 12 }, Tiny.Prompts, Tiny.Source, start));
        Assert.Contains("samples.stills", error.Message, StringComparison.Ordinal);
        Assert.Contains("image_tiles", error.Message, StringComparison.Ordinal);
    }

    private (IReadOnlyList<SampledTurn> Turns, RefShapesClip Clip) Turns(SampleOptions options, bool isStill, ulong draw = 0)
    {
        var clip = new RefShapesClip(_video);
        var random = new SampleRandom(5, draw);
        return (new ClipSampler(OneTile, Tiny.Prompts, options).Draw(clip, ref random, isStill).Turns, clip);
    }

    private int KeyFrame(int keyFrames) => Models.Sa2va.Grounding.KeyFrameChoice.Spread(_video.FrameCount, keyFrames)[0];

    private uint[] Things(int frame)
    {
        var clip = new RefShapesClip(_video);
        var things = new uint[clip.Width * clip.Height];
        using var image = clip.Read(frame, things);
        return things;
    }
}
