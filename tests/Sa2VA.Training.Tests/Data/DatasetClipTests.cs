using Sa2VA.Datasets;
using Sa2VA.Media.Masks;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Tests.Data;

public sealed class DatasetClipTests
{
    [Fact]
    public void Every_expression_is_a_question_and_what_is_absent_is_said_to_be()
    {
        var clip = Clip(new MadeVideo("a", 5, MadeVideo.Several(3, absent: 1)));
        Assert.Equal(
        [
            new TrainingTurn("thing 0", "Sure, [SEG].", 1),
            new TrainingTurn("thing 1", "It is not there.", 0),
            new TrainingTurn("thing 1", "Sure, [SEG].", 0, IsSpoken: false),
            new TrainingTurn("thing 2", "Sure, [SEG].", 4),
        ], clip.Turns);
        Assert.Equal([1u, 4u], clip.Tracks);
    }

    [Fact]
    public void A_pixel_knows_all_things_at_it()
    {
        var video = new MadeVideo("a", 5, MadeVideo.Several(9, absent: 3));
        var clip = Clip(video);
        var things = new uint[MadeVideo.MadeWidth * MadeVideo.MadeHeight];
        using var image = clip.Read(2, things);
        Assert.All(image.Pixels.ToArray(), pixel => Assert.Equal(2, pixel));
        for (var i = 0; i < things.Length; i++)
        {
            var expected = video.Expressions.Where(e => !e.IsAbsent && MadeVideo.Column(e, 2) == i % MadeVideo.MadeWidth).Aggregate(0u, (set, e) => set | 1u << int.Parse(e.Id));
            Assert.Equal(expected, things[i]);
        }

        // Expressions 0 and 8 mean the same column.
        Assert.Contains(things, set => set == (1u | 1u << 8));
    }

    [Fact]
    public void Frames_are_read_once_and_together_when_it_is_said_before()
    {
        var video = new MadeVideo("a", 9, MadeVideo.Several(1));
        var clip = Clip(video);
        clip.Prepare([4, 0, 4, 2]);
        Assert.Equal([0, 2, 4], video.Read);
        var things = new uint[MadeVideo.MadeWidth * MadeVideo.MadeHeight];
        foreach (var frame in (int[])[4, 4, 0, 7, 7])
        {
            using var image = clip.Read(frame, things);
            Assert.Equal(frame, image.Pixels[0]);
        }

        Assert.Equal([0, 2, 4, 7], video.Read);
    }

    [Fact]
    public void A_video_with_very_many_expressions_gives_32_at_a_time_and_all_in_time()
    {
        var source = new DatasetClipSource(new MadeDataset(new MadeVideo("a", 5, MadeVideo.Several(80))));
        var asked = Enumerable.Range(0, 20).Select(number => source.Clip(number).Turns.Select(turn => turn.Question).ToArray()).ToList();
        Assert.All(asked, questions => Assert.Equal(32, questions.Distinct(StringComparer.Ordinal).Count()));
        Assert.Equal(80, asked.SelectMany(questions => questions).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(asked[7], source.Clip(7).Turns.Select(turn => turn.Question));
    }

    [Fact]
    public void Every_video_comes_once_a_round_in_another_order()
    {
        var source = new DatasetClipSource(new MadeDataset([.. Enumerable.Range(1, 12).Select(frames => new MadeVideo($"{frames}", frames, MadeVideo.Several(1)))]), seed: 5);
        var rounds = Enumerable.Range(0, 3).Select(round => Enumerable.Range(round * 12, 12).Select(number => source.Clip(number).FrameCount).ToArray()).ToList();
        Assert.All(rounds, round => Assert.Equal(Enumerable.Range(1, 12), round.Order()));
        Assert.NotEqual(rounds[0], rounds[1]);
        Assert.NotEqual(rounds[1], rounds[2]);
        Assert.Equal(rounds[0][3], source.Clip(3).FrameCount);
    }

    [Fact]
    public void Videos_without_masks_or_questions_are_left_out()
    {
        var good = new MadeVideo("good", 3, MadeVideo.Several(1));
        var source = new DatasetClipSource(new MadeDataset(
            new MadeVideo("hidden", 4, MadeVideo.Several(1), hasTruth: false), good, new MadeVideo("silent", 5, [new ReferringExpression("0", " ")])));
        Assert.Equal(1, source.VideoCount);
        Assert.Equal(3, source.Clip(9).FrameCount);
        var error = Assert.Throws<DatasetException>(() => new DatasetClipSource(new MadeDataset(new MadeVideo("hidden", 4, MadeVideo.Several(1), hasTruth: false))));
        Assert.Contains("made/train", error.Message, StringComparison.Ordinal);
        Assert.Contains("split", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_in_which_everything_is_absent_can_be_sampled()
    {
        var sampler = new ClipSampler(Tiny.Config, Tiny.Prompts, Tiny.Recipe.Samples);
        var random = new SampleRandom(1, 2);
        var sample = sampler.Draw(Clip(new MadeVideo("a", 1, MadeVideo.Several(2, 0, 1))), ref random);
        Assert.All(sample.Tracks.SelectMany(track => track), mask => Assert.False(mask.IsVisible));
        Assert.All(sample.Turns.SelectMany(turn => turn.Segments).SelectMany(segment => segment.Masks), mask => Assert.False(mask.Target.IsVisible));
    }

    [Fact]
    public void Texts_for_a_tokenizer_are_questions_as_asked_and_their_answers() => Assert.Equal(
        ["\nPlease segment thing 0.", "Sure, [SEG]."],
        new DatasetClipSource(new MadeDataset(new MadeVideo("a", 2, MadeVideo.Several(1)))).Texts(clips: 3));

    [Fact]
    public void Run_lengths_that_do_not_fill_the_picture_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => ThingMap.Add(new Rle(2, 2, RleCodec.ToCounts([3])), 1, new uint[4]));
        Assert.Throws<InvalidDataException>(() => ThingMap.Add(new Rle(2, 2, RleCodec.ToCounts([3, 2])), 1, new uint[4]));
    }

    private static TrainingClip Clip(MadeVideo video) => new DatasetClipSource(new MadeDataset(video)).Clip(0);
}
