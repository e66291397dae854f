using System.Collections.Concurrent;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>Every sentence is read again from its words and judged by watching the drawn video; the generator's own predicates have no part in it.</summary>
public sealed class TruthTests
{
    [Theory]
    [InlineData(RefShapesSplit.Train, 0ul, 200)]
    [InlineData(RefShapesSplit.Train, 7ul, 40)]
    [InlineData(RefShapesSplit.Val, 0ul, 64)]
    [InlineData(RefShapesSplit.Test, 0ul, 120)]
    public void Every_sentence_is_plainly_true_of_what_it_means_and_plainly_false_of_the_rest(RefShapesSplit split, ulong seed, int videos)
    {
        var wrong = new ConcurrentBag<string>();
        Parallel.For(0, videos, index =>
        {
            foreach (var message in Check(RefShapesVideo.Create(split, seed, index))) wrong.Add(message);
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} sentences:\n" + string.Join('\n', wrong.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void So_it_is_in_a_long_video() => Assert.Empty(Check(RefShapesVideo.Create(RefShapesSplit.Long, 0, 0)));

    [Fact]
    public void A_sentence_given_to_another_object_is_noticed()
    {
        for (var index = 0; index < 30; index++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, index);
            var seen = new Observation(video);
            foreach (var expression in video.Expressions)
            {
                int[] others = [.. video.Objects.Select(one => one.Index).Except(expression.Objects).Take(1)];
                Assert.NotEmpty(Check(seen, expression with { Objects = others }));
            }
        }
    }

    private static IEnumerable<string> Check(RefShapesVideo video)
    {
        var seen = new Observation(video);
        return video.Expressions.SelectMany(expression => Check(seen, expression));
    }

    private static IEnumerable<string> Check(Observation seen, RefShapesExpression expression)
    {
        var video = seen.Video;
        var sentence = SentenceReader.Read(video, expression.Text);
        int[] candidates = [.. video.Objects.Where(sentence.Fits).Select(one => one.Index)];
        var name = $"{video.Id} [{expression.Level}] \"{expression.Text}\"";
        foreach (var index in expression.Objects.Except(candidates))
            yield return $"{name}: object {index} does not look so";
        foreach (var index in candidates)
        {
            var findings = sentence.Said.Select(claim => (claim.Words, Finding: claim.Judge(seen, index, candidates))).ToArray();
            if (!expression.Objects.Contains(index))
            {
                if (!findings.Any(f => f.Finding.False)) yield return $"{name}: it could mean object {index} too";
                continue;
            }

            foreach (var (words, _) in findings.Where(f => !f.Finding.True))
                yield return $"{name}: \"{words}\" is not plainly true of object {index}";
            if (seen.Share(index) < 0.25) yield return $"{name}: object {index} is seen in {seen.Share(index):P0} of the frames only";
        }

        var expected = expression.Level switch { RefShapesLevel.Absent => 0, RefShapesLevel.Group => expression.Objects.Count, _ => 1 };
        if (expression.Objects.Count != expected || (expression.Level == RefShapesLevel.Group && (expected < 2 || (sentence.Count ?? expected) != expected)))
            yield return $"{name}: {expression.Objects.Count} objects are meant";
        if (expression.Level == RefShapesLevel.Long && expression.Text.Split(' ').Length < 12) yield return $"{name}: too short";
    }
}
