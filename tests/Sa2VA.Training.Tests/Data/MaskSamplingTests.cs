using Sa2VA.Training.Data;

namespace Sa2VA.Training.Tests.Data;

public sealed class MaskSamplingTests
{
    // Thing 0 fills the left half, thing 1 a square that overlaps it, nothing the rest.
    private const int Width = 24;
    private const int Height = 12;
    private const uint Left = 1;
    private const uint Square = 2;

    private static readonly uint[] Things = Draw();

    [Fact]
    public void Coverage_is_the_share_of_each_cell()
    {
        var sample = MaskSampling.Sample(Things, Width, Height, Left, side: 4, promptSide: 0);
        Assert.True(sample.IsVisible);
        Assert.Empty(sample.Prompt);
        for (var cell = 0; cell < 16; cell++)
            Assert.Equal(cell % 4 < 2 ? 1 : 0, sample.Coverage[cell], 1e-6);
        // 9 of the square's 36 pixels lie in each of four cells of 18.
        var square = MaskSampling.Sample(Things, Width, Height, Square, side: 4, promptSide: 0).Coverage;
        Assert.Equal(36 / 18.0, square.Sum(), 0.4);
        Assert.InRange(square.Max(), 0.1, 1);
    }

    [Fact]
    public void Several_things_count_as_one_mask()
    {
        var both = MaskSampling.Sample(Things, Width, Height, Left | Square, side: 12, promptSide: 0).Coverage;
        var (left, square) = (MaskSampling.Sample(Things, Width, Height, Left, 12, 0).Coverage, MaskSampling.Sample(Things, Width, Height, Square, 12, 0).Coverage);
        for (var i = 0; i < both.Length; i++)
            Assert.InRange(both[i], Math.Max(left[i], square[i]) - 1e-6, left[i] + square[i] + 1e-6);
        Assert.True(both.Sum() > left.Sum());
    }

    [Fact]
    public void A_prompt_is_the_mask_resized()
    {
        var prompt = MaskSampling.Sample(Things, Width, Height, Left, side: 4, promptSide: 8).Prompt;
        Assert.Equal(64, prompt.Length);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (byte)(i % 8 < 4 ? 1 : 0)), prompt);
    }

    [Fact]
    public void What_is_not_seen_covers_nothing()
    {
        var sample = MaskSampling.Sample(Things, Width, Height, 1u << 31, side: 4, promptSide: 4);
        Assert.False(sample.IsVisible);
        Assert.All(sample.Coverage, value => Assert.Equal(0, value));
        Assert.All(sample.Prompt, value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_owner_of_a_cell_is_what_covers_most_of_it()
    {
        var owners = new int[16];
        // Thing 5 covers columns 0 to 6 of 24: all of the first cell and a sixth of the second, too little to own and too much for ground.
        var things = Enumerable.Range(0, Width * Height).Select(i => i % Width < 7 ? 1u << 5 : 0u).ToArray();
        MaskSampling.Owners(things, Width, Height, 4, owners);
        Assert.Equal([6, -1, 0, 0], owners[..4]);
        Assert.Equal(owners[..4], owners[12..]);
        // Half of the second cell is enough.
        things = [.. Enumerable.Range(0, Width * Height).Select(i => i % Width < 9 ? 1u << 5 : 0u)];
        MaskSampling.Owners(things, Width, Height, 4, owners);
        Assert.Equal([6, 6, 0, 0], owners[..4]);
    }

    private static uint[] Draw()
    {
        var things = new uint[Width * Height];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                things[y * Width + x] = (x < 12 ? Left : 0) | (x is >= 9 and < 15 && y is >= 3 and < 9 ? Square : 0);
        }

        return things;
    }
}
