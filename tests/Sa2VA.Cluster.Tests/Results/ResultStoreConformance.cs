using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Tests.Results;

/// <summary>What every result store promises. A test class per adapter derives from it.</summary>
public abstract class ResultStoreConformance
{
    protected const string Video = "video-1";

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IResultStore Store { get; }

    [Fact]
    public async Task A_block_comes_back_as_it_was_written()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        var block = SomeBlock(objectId: 3, index: 2, masks: 64);
        await Store.WriteBlockAsync(Video, 1, block, Stop);
        var back = await Store.ReadBlockAsync(Video, 3, 2, Stop);
        Assert.Equal(block.Masks, back!.Masks);
        Assert.Equal(block with { Masks = back.Masks }, back);
        Assert.Null(await Store.ReadBlockAsync(Video, 3, 3, Stop));
    }

    [Fact]
    public async Task Writing_the_same_masks_twice_leaves_the_same_chain_whoever_writes_and_in_whatever_pieces()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 1, 10), Stop);
        var chain = await Store.ChainAsync(Video, 1, 2, Stop);

        await Store.ClaimAsync(Video, 2, Stop);
        await Store.WriteBlockAsync(Video, 2, SomeBlock(1, 1, 4), Stop);
        Assert.NotEqual(chain, await Store.ChainAsync(Video, 1, 2, Stop));
        await Store.WriteBlockAsync(Video, 2, SomeBlock(1, 1, 10), Stop);
        Assert.Equal(chain, await Store.ChainAsync(Video, 1, 2, Stop));
    }

    [Fact]
    public async Task A_stale_owner_cannot_write()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 5), Stop);
        await Store.ClaimAsync(Video, 2, Stop);
        await Assert.ThrowsAsync<FencedException>(() => Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 9), Stop));
        await Assert.ThrowsAsync<FencedException>(() => Store.ClaimAsync(Video, 1, Stop));
        Assert.Equal(5, (await Store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks.Count);
    }

    [Fact]
    public async Task A_video_that_nobody_claimed_takes_no_masks()
        => await Assert.ThrowsAsync<FencedException>(() => Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 1), Stop));

    [Fact]
    public async Task Writers_at_the_same_time_do_not_disturb_each_other()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(id => Task.Run(() => Store.WriteBlockAsync(Video, 1, SomeBlock(id, 0, 20), Stop), Stop)));
        for (var id = 1; id <= 8; id++) Assert.Equal(20, (await Store.ReadBlockAsync(Video, id, 0, Stop))!.Masks.Count);
    }

    [Fact]
    public async Task The_chain_is_the_documented_one()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        var blocks = new[] { SomeBlock(1, 0, 64), SomeBlock(1, 1, 3) };
        var link = new byte[32];
        foreach (var block in blocks)
        {
            await Store.WriteBlockAsync(Video, 1, block, Stop);
            link = System.Security.Cryptography.SHA256.HashData([.. link, .. MaskBlockFormat.Encode(block)]);
        }

        Assert.Equal(Convert.ToHexStringLower(link), await Store.ChainAsync(Video, 1, 2, Stop));
    }

    protected static MaskBlock SomeBlock(int objectId, int index, int masks)
        => new(objectId, index, 48, 64, [.. Enumerable.Range(index * 64, masks).Select(step =>
            new BlockMask(step * 2, step * 512L, step / 12.5, 1.5f - step, 0.25f, string.Concat(Enumerable.Repeat("0a", step % 7)) + "P0"))]);
}
