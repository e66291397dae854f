using Sa2VA.Cluster.Verification;
using Sa2VA.Evaluation.Presences;

namespace Sa2VA.Evaluation.Tests.Presences;

public sealed class PresenceFitTests
{
    [Fact]
    public void Evidence_that_tells_is_weighed_and_evidence_that_does_not_is_not()
    {
        // Answers are right seven times of ten; what is tracked covers as much of the video either way.
        var random = new Random(1);
        var sentences = new List<(PresenceEvidence, bool)>();
        for (var i = 0; i < 2000; i++)
        {
            var isThere = i % 2 == 0;
            var found = Enumerable.Range(0, 3).Count(_ => random.NextDouble() < (isThere ? 0.7 : 0.3));
            sentences.Add((new PresenceEvidence(3, found, random.NextDouble(), 0.01, random.NextDouble() * 10), isThere));
        }

        var model = PresenceFit.Of(sentences);
        // Of three answers, each with odds of 7 to 3, both kinds weighing the same: the log odds grow by 6 · ln(7/3) from none to all.
        Assert.Equal(6 * Math.Log(7.0 / 3), model.Weights[1], tolerance: 1.5);
        Assert.InRange(model.Weights[2], -1.3, 1.3);
        Assert.InRange(model.Weights[4], -1.3, 1.3);
        var called = sentences.Select(one => (Called: model.Call(model.Probability(one.Item1)), IsThere: one.Item2)).ToList();
        Assert.True(called.Where(one => one.Called == Presence.Present).Average(one => one.IsThere ? 1.0 : 0) >= PresenceFit.Precision);
        Assert.True(called.Where(one => one.Called == Presence.Absent).Average(one => one.IsThere ? 0 : 1.0) >= PresenceFit.Precision);
        Assert.InRange(called.Count(one => one.Called == Presence.Unsure) / 2000.0, 0.5, 0.75);
    }

    [Fact]
    public void Answers_in_words_are_weighed_where_there_are_some()
    {
        // What is tracked tells nothing, and what is said is right four times of five.
        var random = new Random(2);
        var sentences = Enumerable.Range(0, 1000).Select(i => (
            Evidence: new PresenceEvidence(3, random.Next(4), random.NextDouble(), 0.01, 1) { SaidYes = random.NextDouble() < 0.8 == (i % 2 == 0) ? 0.9 : 0.1 }, i % 2 == 0)).ToList();
        var model = PresenceFit.Of(sentences);
        Assert.True(model.WeighsWords);
        // The log odds grow by 2 · ln(4) from 0.1 to 0.9.
        Assert.Equal(2 * Math.Log(4) / 0.8, model.Weights[^1], tolerance: 0.7);
        Assert.InRange(model.Weights[1], -1, 1);
        var silent = PresenceFit.Of([.. sentences.Select(one => (one.Evidence with { SaidYes = null }, one.Item2))]);
        Assert.Equal((false, PresenceModel.LeastFeatures), (silent.WeighsWords, silent.Weights.Count));

        using var folder = new TemporaryFolder();
        model.Write(folder.File(PresenceModel.FileName), "these");
        Assert.Equal(model.Weights, PresenceModel.Of(folder.FullPath).Weights);
    }

    [Fact]
    public void Kinds_that_nothing_confuses_leave_nothing_unsure_and_finite_weights()
    {
        var sentences = Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? new PresenceEvidence(3, 3, 0.8, 0.02, 5) : new PresenceEvidence(3, 0, 0, 0, 0), i % 2 == 0)).ToList();
        var model = PresenceFit.Of(sentences);
        Assert.All(model.Weights, weight => Assert.InRange(weight, -50, 50));
        Assert.All(sentences, one => Assert.Equal(one.Item2 ? Presence.Present : Presence.Absent, model.Call(model.Probability(one.Item1))));
    }

    [Fact]
    public void One_kind_alone_is_refused()
    {
        var refused = Assert.Throws<EvaluationException>(() => PresenceFit.Of([(new PresenceEvidence(3, 3, 1, 0.1, 5), true)]));
        Assert.Contains("needs both kinds", refused.Message, StringComparison.Ordinal);
    }
}
