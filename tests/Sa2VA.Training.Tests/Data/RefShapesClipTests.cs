using System.Globalization;
using System.Text.RegularExpressions;
using Sa2VA.Datasets.RefShapes;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Tests.Data;

public sealed partial class RefShapesClipTests
{
    private const int Frames = 5;

    [Fact]
    public void A_survey_lists_each_thing_that_is_seen_once_with_its_place_on_every_key_frame()
    {
        var random = new SampleRandom(0, 0);
        for (var number = 0; number < 8; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, number);
            var clip = new RefShapesClip(video);
            var shown = Shown(clip);
            // Without the marks: the list is the same whatever is asked.
            var text = string.Concat(clip.Survey(clip.Turns.First(turn => turn.IsSurveyed), shown, slips: 0, ref random).Select(part => part.Text)).Replace("=", "", StringComparison.Ordinal).Replace("~", "", StringComparison.Ordinal);
            var listed = Listed().Matches(text);
            var seen = video.Objects.Where(thing => shown.Any(frame => Pixels(frame, thing.Index).Count >= 12)).ToList();
            Assert.Equal(
                seen.Select(thing => $"{thing.Colour} {thing.Shape} {thing.Texture} {thing.Size}".ToLowerInvariant()).Order(StringComparer.Ordinal),
                listed.Select(one => one.Groups["name"].Value).Order(StringComparer.Ordinal));
            // Of things that look the same, either may be listed first.
            Assert.All(listed, one => Assert.Contains(video.Objects, thing => Says(one, thing, shown)));
        }
    }

    [Fact]
    public void Every_part_of_a_survey_is_about_what_it_names()
    {
        var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, 1);
        var clip = new RefShapesClip(video);
        var random = new SampleRandom(0, 0);
        var parts = clip.Survey(clip.Turns.First(turn => turn.IsSurveyed), Shown(clip), slips: 0, ref random);
        Assert.Matches("^For( [a-z]+)*\\.$", parts[0].Text);
        Assert.Equal((" Seen:", 0u), (parts[1].Text, parts[1].About));
        foreach (var part in parts.Where(part => part.About != 0 && part.Frame is null))
        {
            var index = System.Numerics.BitOperations.TrailingZeroCount(part.About);
            var thing = video.Objects[index];
            Assert.Contains(part.Text.Trim(), (string[])["", .. $"{thing.Colour} {thing.Shape} {thing.Texture} {thing.Size}".ToLowerInvariant().Split(' '), .. video.TraitsOf(index)]);
        }

        Assert.All(parts.Where(part => part.Frame is not null), part => Assert.Matches("^([0-9]{2}|--)$", part.Text));
    }

    [Fact]
    public void A_survey_with_slips_marks_what_it_says_and_concludes_what_is_true()
    {
        var random = new SampleRandom(1, 2);
        var (slips, words) = (0, 0);
        for (var number = 0; number < 10; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, number);
            var clip = new RefShapesClip(video);
            var shown = Shown(clip);
            foreach (var turn in clip.Turns.Where(turn => turn.IsSurveyed))
            {
                var right = clip.Survey(turn, shown, slips: 0, ref random);
                var wrong = clip.Survey(turn, shown, slips: 0.25, ref random);
                var sought = video.ReasonsOf(video.Expressions.Concat(video.Practise(8)).First(sentence => sentence.Text == turn.Question)).Sought;
                // What fits is the truth.
                Assert.Equal(Verdicts(right), Verdicts(wrong));
                for (var i = 0; i + 1 < wrong.Count; i++)
                {
                    if (wrong[i] is not { About: not 0, Frame: null, Text.Length: > 1 } word) continue;
                    (words, slips) = (words + 1, slips + (word.IsSlip ? 1 : 0));
                    Assert.Equal(sought.Contains(word.Text.Trim()), wrong[i + 1] is { IsConcluded: true } mark && mark.Text.Contains('=', StringComparison.Ordinal));
                }

                Assert.DoesNotContain(right, part => part.IsSlip);
            }
        }

        // A word drawn at random is now and then the right one.
        Assert.InRange(slips, words / 8, words / 4);
    }

    [Fact]
    public void What_a_survey_concludes_is_what_the_sentence_means()
    {
        var (compared, all) = (0, 0);
        var random = new SampleRandom(0, 0);
        for (var number = 0; number < 40; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, number);
            var clip = new RefShapesClip(video);
            var shown = Shown(clip);
            foreach (var turn in clip.Turns.Where(turn => turn.IsSurveyed))
            {
                var parts = clip.Survey(turn, shown, slips: 0, ref random);
                var reasons = video.ReasonsOf(video.Expressions.Concat(video.Practise(8)).First(sentence => sentence.Text == turn.Question));
                var text = string.Concat(parts.Select(part => part.Text));
                var seen = video.Objects.Where(thing => shown.Any(frame => Pixels(frame, thing.Index).Count >= 12)).Select(thing => thing.Index).ToList();
                var list = text.Split(" By")[0];
                Assert.Equal(seen.Count, list.Count(c => c is '+' or '/'));
                Assert.Equal(reasons.Fitting.Count(seen.Contains), list.Count(c => c == '+'));
                Assert.Equal(reasons.Comparisons.Select(comparison => comparison.Reference).Distinct().Count(index => index is { } known && seen.Contains(known)), list.Count(c => c == '*'));
                Assert.Equal(reasons.Comparisons.Count, parts.Count(part => part.Text.StartsWith(" By", StringComparison.Ordinal)));
                // A word is marked wherever it stands in the list: what fits has as many marks as words are looked for, or more where a pace is told.
                foreach (var entry in Entry().Matches(list).Where(entry => entry.Value.Contains('+', StringComparison.Ordinal)))
                    Assert.Equal(reasons.Sought.Count, entry.Value.Count(c => c == '='));
                (compared, all) = (compared + Math.Sign(reasons.Comparisons.Count), all + 1);
            }
        }

        Assert.InRange(compared, all / 4, all * 3 / 4);
    }

    [Fact]
    public void A_survey_begins_with_what_is_looked_for_in_its_own_words()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var random = new SampleRandom(0, 0);
        for (var number = 0; number < 30; number++)
        {
            var clip = new RefShapesClip(RefShapesVideo.Create(RefShapesSplit.Train, 0, number));
            var shown = Shown(clip);
            foreach (var turn in clip.Turns.Where(turn => turn.IsSurveyed))
            {
                var sought = clip.Survey(turn, shown, slips: 0, ref random)[0].Text;
                if (turn.Question.Contains("goes back the way it came", StringComparison.Ordinal)) Assert.Contains(" turns", sought, StringComparison.Ordinal);
                if (turn.Question.Contains(" lower than the ", StringComparison.Ordinal)) Assert.Contains(" below to ", sought, StringComparison.Ordinal);
                if (turn.Question.Contains("is always there", StringComparison.Ordinal)) Assert.Contains(" all", sought, StringComparison.Ordinal);
                found.UnionWith(sought.TrimEnd('.').Split(' '));
            }
        }

        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "For", "turns", "below", "all", "to", "fastest", "closest", "red", "ring" }, found);
    }

    [Fact]
    public void Half_of_the_questions_for_descriptions_are_answered_by_showing()
    {
        var random = new SampleRandom(5, 0);
        var clip = new RefShapesClip(RefShapesVideo.Create(RefShapesSplit.Train, 0, 2));
        var turns = Enumerable.Range(0, 400).Select(_ => clip.AskForDescription(ref random)).OfType<TrainingTurn>().ToList();
        Assert.All(turns, turn => Assert.Equal(turn.Things != 0, turn.Answer == "It is [SEG]."));
        Assert.All(turns.Where(turn => turn.Answer == "It is not there."), turn => Assert.Equal(0u, turn.Seen));
        Assert.All(turns.Where(turn => turn.Question.StartsWith("Describe", StringComparison.Ordinal)), turn => Assert.Equal(0u, turn.Things));
        Assert.InRange(turns.Count(turn => turn.Question.StartsWith("Describe", StringComparison.Ordinal)), turns.Count / 3, turns.Count * 2 / 3);
    }

    [Fact]
    public void Only_answers_that_looks_alone_do_not_give_begin_with_a_survey()
    {
        var levels = new Dictionary<RefShapesLevel, HashSet<bool>>();
        for (var number = 0; number < 60; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, number);
            var turns = new RefShapesClip(video).Turns.Where(turn => turn.IsSpoken).ToLookup(turn => turn.Question, StringComparer.Ordinal);
            foreach (var sentence in video.Expressions)
            {
                if (!levels.TryGetValue(sentence.Level, out var found)) levels.Add(sentence.Level, found = []);
                foreach (var turn in turns[sentence.Text]) found.Add(turn.IsSurveyed);
            }
        }

        foreach (var level in (RefShapesLevel[])[RefShapesLevel.Relation, RefShapesLevel.Motion, RefShapesLevel.Temporal])
            Assert.Equal([true], levels[level]);
        // Long ones tell all of the looks.
        foreach (var level in (RefShapesLevel[])[RefShapesLevel.Attribute, RefShapesLevel.Group, RefShapesLevel.Long])
            Assert.Equal([false], levels[level]);
        Assert.Equal(2, levels[RefShapesLevel.Absent].Count);
    }

    private static uint[][] Shown(RefShapesClip clip)
    {
        var shown = new uint[Frames][];
        for (var i = 0; i < Frames; i++)
        {
            shown[i] = new uint[clip.Width * clip.Height];
            clip.Read(i * (clip.FrameCount - 1) / (Frames - 1), shown[i]).Dispose();
        }

        return shown;
    }

    private static List<(int X, int Y)> Pixels(uint[] frame, int thing)
        => [.. Enumerable.Range(0, frame.Length).Where(i => frame[i] == 1u << thing).Select(i => (i % RefShapesVideo.FrameWidth, i / RefShapesVideo.FrameWidth))];

    private static bool Says(Match one, ShapeObject thing, uint[][] shown)
    {
        for (var frame = 0; frame < Frames; frame++)
        {
            var place = one.Groups["places"].Value.Substring(2 * frame, 2);
            var pixels = Pixels(shown[frame], thing.Index);
            if ((place == "--") != (pixels.Count < 12)) return false;
            if (place == "--") continue;
            var column = (int)(pixels.Average(pixel => pixel.X) * 10 / RefShapesVideo.FrameWidth);
            var row = (int)(pixels.Average(pixel => pixel.Y) * 8 / RefShapesVideo.FrameHeight);
            if (place != string.Create(CultureInfo.InvariantCulture, $"{column}{row}")) return false;
        }

        return true;
    }

    private static List<string> Verdicts(IReadOnlyList<SurveyPart> parts) => [.. parts.Where(part => part.IsConcluded && part.Text.IndexOfAny(['+', '/']) >= 0).Select(part => part.Text)];

    [GeneratedRegex("[^;]+;")]
    private static partial Regex Entry();

    [GeneratedRegex(" (?<name>[a-z]+ [a-z]+ [a-z]+ [a-z]+) (?<places>[0-9-]{10})[a-z ]+[+/][*]?;")]
    private static partial Regex Listed();
}
