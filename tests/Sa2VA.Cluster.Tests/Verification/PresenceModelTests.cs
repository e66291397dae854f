using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Tests.Verification;

public sealed class PresenceModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(3, 3, Presence.Present)]
    [InlineData(3, 0, Presence.Absent)]
    [InlineData(3, 1, Presence.Unsure)]
    [InlineData(3, 2, Presence.Unsure)]
    public void Without_a_calibration_answers_have_to_agree(int asked, int found, Presence called)
    {
        var model = PresenceModel.Of(_folder.FullPath);
        Assert.Equal(called, model.Call(model.Probability(new PresenceEvidence(asked, found, 0.5, 0.01, 3))));
    }

    [Fact]
    public void A_models_own_calibration_is_read_from_its_folder()
    {
        var written = new PresenceModel([-1, 2, 3, 0.5, -0.25], 0.8, 0.125);
        written.Write(_folder.File(PresenceModel.FileName), "a dataset");
        var read = PresenceModel.Of(_folder.FullPath);
        Assert.Equal(written.Weights, read.Weights);
        Assert.Equal((0.8, 0.125), (read.PresentFrom, read.AbsentTo));
        // -1 + 2 · 0.5 + 3 · 1 + 0.5 · 2 - 0.25 · 2 = 3.5
        Assert.Equal(1 / (1 + Math.Exp(-3.5)), read.Probability(new PresenceEvidence(2, 1, 1, 0.01, 20)), precision: 12);
    }

    [Fact]
    public void A_calibration_of_before_words_were_asked_weighs_what_it_always_did()
    {
        File.WriteAllText(_folder.File(PresenceModel.FileName), """
            {"format": "sa2va-presence", "version": 1, "fittedTo": "ref-shapes/val: 451 sentences",
             "features": ["constant", "share of answers with an object", "coverage", "decades of area above 1e-4", "object score / 10"],
             "weights": [-2.7404, 0.6635, 2.0778, 1.272, -1.3882], "presentFrom": 0.8070329831760459, "absentTo": 0.6296963558443415}
            """);
        var read = PresenceModel.Of(_folder.FullPath);
        Assert.False(read.WeighsWords);
        var evidence = new PresenceEvidence(3, 2, 0.5, 0.01, 4);
        var expected = 1 / (1 + Math.Exp(2.7404 - 0.6635 * 2 / 3 - 2.0778 * 0.5 - 1.272 * 2 + 1.3882 * 0.4));
        Assert.Equal(expected, read.Probability(evidence), precision: 12);
        Assert.Equal(expected, read.Probability(evidence with { SaidYes = 0.01 }), precision: 12);
    }

    [Fact]
    public void What_was_said_is_weighed_where_there_is_a_weight_and_what_was_not_said_speaks_for_neither()
    {
        new PresenceModel([-1, 0, 0, 0, 0, 4], 0.9, 0.1).Write(_folder.File(PresenceModel.FileName), "a dataset");
        var read = PresenceModel.Of(_folder.FullPath);
        Assert.True(read.WeighsWords);
        var evidence = new PresenceEvidence(3, 2, 0.5, 0.01, 4);
        Assert.Equal(1 / (1 + Math.Exp(1 - 4 * 0.75)), read.Probability(evidence with { SaidYes = 0.75 }), precision: 12);
        Assert.Equal(1 / (1 + Math.Exp(1 - 4 * 0.5)), read.Probability(evidence), precision: 12);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"format":"sa2va-presence","version":1,"weights":[1,2],"presentFrom":0.9,"absentTo":0.1}""")]
    [InlineData("""{"format":"sa2va-presence","version":1,"weights":[1,2,3,4,5],"presentFrom":0.1,"absentTo":0.9}""")]
    [InlineData("""{"format":"sa2va-presence","version":1,"weights":[1,2,3,4,5,6,7],"presentFrom":0.9,"absentTo":0.1}""")]
    public void Another_file_of_that_name_is_refused_by_name(string content)
    {
        var path = _folder.File(PresenceModel.FileName);
        File.WriteAllText(path, content);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => PresenceModel.Of(_folder.FullPath)).Message, StringComparison.Ordinal);
    }
}
