using Sa2VA.Evaluation.Predictions;

namespace Sa2VA.Evaluation.Tests.Predictions;

public sealed class WorkFolderNameTests
{
    [Fact]
    public void A_plain_id_stays_as_it_is() => Assert.Equal("0a1b_c-d", WorkFolderName.Of("0a1b_c-d"));

    [Fact]
    public void Other_ids_become_one_safe_name_each()
    {
        string[] ids = ["a/b", "a_b", "a\\b", "a b", "..", ".", "", "ü", new('x', 300), new string('x', 300) + "y"];
        var names = ids.Select(WorkFolderName.Of).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[A-Za-z0-9_-]{1,120}$", name));
    }
}
