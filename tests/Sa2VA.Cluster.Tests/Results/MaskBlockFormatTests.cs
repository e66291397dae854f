using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Tests.Results;

public sealed class MaskBlockFormatTests
{
    /// <summary>Made with another program (Python's struct and zlib) from the documented layout.</summary>
    private const string Version1 =
        "53324D4201002800020000000500000002000000040000000300000045000000E3C1333A0AFC4886" +
        "4001000000800200000000000000000000002540000010400000403F010000003C41010000008202" +
        "00000000000000000000102540000080BF0000003F0400000031334F32";

    [Fact]
    public void Version_1_is_stored_as_it_always_was()
    {
        var block = new MaskBlock(
            2, 5, 4, 3, [new BlockMask(320, 163840, 10.5, 2.25f, 0.75f, "<"), new BlockMask(321, 164352, 10.53125, -1f, 0.5f, "13O2")]);
        Assert.Equal(Version1, Convert.ToHexString(MaskBlockFormat.Encode(block)));
        var back = MaskBlockFormat.Decode(Convert.FromHexString(Version1), "test");
        Assert.Equal(block.Masks, back.Masks);
        Assert.Equal(block with { Masks = back.Masks }, back);
    }

    [Fact]
    public void A_newer_version_is_named()
    {
        var bytes = Convert.FromHexString(Version1);
        bytes[4] = 2;
        BitConverter.TryWriteBytes(bytes.AsSpan(36), Sa2VA.Cluster.Storage.Crc32.Of(bytes.AsSpan(0, 36)));
        var failure = Assert.Throws<InvalidDataException>(() => MaskBlockFormat.Decode(bytes, "future.s2mb"));
        Assert.Contains("'future.s2mb' has version 2", failure.Message, StringComparison.Ordinal);
    }
}
