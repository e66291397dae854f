using Sa2VA.Testing;

namespace Sa2VA.Tensors.Tests.Testing;

public sealed class DifferenceTests
{
    [Fact]
    public void The_largest_difference_is_found_with_its_place()
    {
        using var scope = torch.NewDisposeScope();
        var expected = torch.arange(6).view(2, 3);
        var actual = torch.tensor([0f, 1f, 2f, 3f, 4.5f, 5.25f], [2, 3]);

        var difference = Difference.Between(expected, actual, tolerance: 0.3);

        Assert.Equal((0.5, 1, 6), (difference.Largest, difference.Beyond, difference.Count));
        Assert.False(difference.IsAccepted);
        Assert.Contains("at [1, 1]: 4.5, expected 4", difference.ToString(), StringComparison.Ordinal);
        Assert.True(Difference.Between(expected, actual, tolerance: 0.5).IsAccepted);
        Assert.True(Difference.Between(expected, actual, tolerance: 0, relative: 0.125).IsAccepted);
    }

    [Fact]
    public void Values_that_are_not_numbers_are_never_close_and_equal_infinities_are()
    {
        using var scope = torch.NewDisposeScope();
        var infinite = torch.tensor([float.PositiveInfinity, 1f]);
        var broken = torch.tensor([float.PositiveInfinity, float.NaN]);

        Assert.True(Difference.Between(infinite, infinite, 0).IsAccepted);
        Assert.True(Difference.Between(broken, broken, 0).IsAccepted);
        Assert.False(Difference.Between(infinite, broken, 1e9).IsAccepted);
        Assert.False(Difference.Between(broken, infinite, 1e9).IsAccepted);
    }

    [Fact]
    public void Another_shape_is_never_close()
    {
        using var scope = torch.NewDisposeScope();

        var difference = Difference.Between(torch.zeros([2, 3]), torch.zeros([3, 2]), 1e9);

        Assert.False(difference.IsAccepted);
        Assert.Contains("[3, 2], expected [2, 3]", difference.ToString(), StringComparison.Ordinal);
    }
}
