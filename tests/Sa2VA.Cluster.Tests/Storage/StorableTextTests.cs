using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Tests.Storage;

public sealed class StorableTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("❤️ 𝒳 \ud83d\ude00")]
    public void Text_that_can_be_stored_stays_as_it_is(string text)
    {
        Assert.True(StorableText.IsStorable(text));
        Assert.Same(text, StorableText.Of(text));
    }

    // Attributes are stored as UTF-8, in which half a pair does not survive; hence the data is code.
    public static TheoryData<string, string> Unstorable => new()
    {
        { "a\0b", "a\ufffdb" }, { "\ud83d", "\ufffd" }, { "a\ude00b", "a\ufffdb" }, { "\ud83d\ud83d\ude00", "\ufffd\ud83d\ude00" },
    };

    [Theory]
    [MemberData(nameof(Unstorable), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_stored_is_replaced(string text, string stored)
    {
        Assert.False(StorableText.IsStorable(text));
        Assert.Equal(stored, StorableText.Of(text));
    }
}
