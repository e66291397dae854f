using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Tests.Results;

public sealed class FolderResultStoreTests : ResultStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IResultStore Store => new FolderResultStore(_folder.FullPath);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_damaged_byte_is_noticed()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 2), Stop);
        var file = Directory.GetFiles(_folder.FullPath, "*.s2mb", SearchOption.AllDirectories).Single();
        var good = await File.ReadAllBytesAsync(file, Stop);
        for (var at = 0; at < good.Length; at++)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x10;
            await File.WriteAllBytesAsync(file, bad, Stop);
            var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadBlockAsync(Video, 1, 0, Stop));
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(39)]
    [InlineData(60)]
    public async Task A_cut_block_is_noticed(int length)
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 2), Stop);
        var file = Directory.GetFiles(_folder.FullPath, "*.s2mb", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file, Stop))[..length], Stop);
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadBlockAsync(Video, 1, 0, Stop));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task An_id_cannot_leave_the_folder(string id)
        => await Assert.ThrowsAsync<ArgumentException>(() => Store.ClaimAsync(id, 1, Stop));
}
