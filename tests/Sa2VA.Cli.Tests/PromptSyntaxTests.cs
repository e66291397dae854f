using Sa2VA.Cli.Commands;
using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cli.Tests;

public sealed class PromptSyntaxTests
{
    [Fact]
    public void Sentences_come_first_and_every_hint_without_a_name_is_an_object()
    {
        var targets = PromptSyntax.Targets(["the dog", "the cat"], ["10,20", "30.5,40,7"], ["1,2,3,4"], []);
        Assert.Equal(["the dog", "the cat", "point 10,20", "point 30.5,40,7", "box 1,2,3,4"], targets.Select(t => t.Label));
        var point = Assert.IsType<VisualPrompt.Points>(Assert.Single(Assert.IsType<RunTarget.Prompted>(targets[3]).Prompts));
        Assert.Equal(7, point.Frame);
        Assert.Equal([30.5f, 40f], point.Coordinates);
        Assert.Equal([1], point.Labels);
    }

    [Fact]
    public void Hints_of_one_name_are_one_object()
    {
        var targets = PromptSyntax.Targets([], ["cup=10,20", "5,5", "cup=11,21,9"], ["cup=1,2,3,4,30"], []);
        Assert.Equal(["cup", "point 5,5"], targets.Select(t => t.Label));
        Assert.Equal([0, 9, 30], Assert.IsType<RunTarget.Prompted>(targets[0]).Prompts.Select(p => p.Frame));
    }

    [Fact]
    public void Several_clicks_are_one_prompt_and_a_minus_means_not_this()
    {
        var (_, _, prompt) = Assert.Single(PromptSyntax.Points("60,150; -80,160 ;70,155"));
        var points = Assert.IsType<VisualPrompt.Points>(prompt);
        Assert.Equal([60, 150, 80, 160, 70, 155], points.Coordinates);
        Assert.Equal([1, 0, 1], points.Labels);

        // Clicks on several frames are still one object.
        var target = Assert.IsType<RunTarget.Prompted>(Assert.Single(PromptSyntax.Targets([], ["1,2;3,4,5"], [], [])));
        Assert.Equal([0, 5], target.Prompts.Select(p => p.Frame));
    }

    [Fact]
    public void Masks_are_what_is_not_black_and_palettes_hold_several_objects()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("one.png")))
            PngWriter.WriteGray(file, 3, 2, [0, 255, 0, 0, 255, 0]);
        using (var file = File.Create(folder.File("two.png")))
            PngWriter.WriteIndexed(file, 3, 2, [0, 1, 2, 0, 1, 255]);
        using (var file = File.Create(folder.File("none.png")))
            PngWriter.WriteGray(file, 1, 1, [0]);

        var (_, _, prompt) = Assert.Single(PromptSyntax.Masks(folder.File("one.png") + ",4"));
        var mask = Assert.IsType<VisualPrompt.Mask>(prompt);
        Assert.Equal((4, 2, 3), (mask.Frame, mask.Rle.Height, mask.Rle.Width));
        Assert.Equal([0, 1, 0, 0, 1, 0], RleCodec.Decode(mask.Rle));

        var two = PromptSyntax.Targets([], [], [], [folder.File("two.png")]);
        Assert.Equal(["two 1", "two 2"], two.Select(t => t.Label));
        Assert.Contains("background", Assert.Throws<CliException>(() => PromptSyntax.Masks(folder.File("none.png")).ToArray()).Message, StringComparison.Ordinal);
        Assert.Throws<CliException>(() => PromptSyntax.Masks(folder.File("missing.png")).ToArray());
    }

    [Theory]
    [InlineData("3..9", 3, 9)]
    [InlineData("3..", 3, null)]
    [InlineData("..9", 0, 9)]
    [InlineData("5", 5, 5)]
    public void Frame_ranges_are_read(string text, int first, int? last) => Assert.Equal((first, last), PromptSyntax.Frames(text));

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("9..3")]
    [InlineData("a..b")]
    [InlineData("-1..3")]
    public void Other_ranges_are_refused(string text) => Assert.Equal(ExitCodes.Usage, Assert.Throws<CliException>(() => PromptSyntax.Frames(text)).ExitCode);

    [Theory]
    [InlineData("1,2,3")]
    [InlineData("5,5,1,9")]
    [InlineData("1,2,3,x")]
    public void Boxes_without_an_area_or_a_corner_are_refused(string text) => Assert.Throws<CliException>(() => PromptSyntax.Box(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1,2,3,4")]
    [InlineData("1,2,x")]
    [InlineData("NaN,2")]
    public void Points_without_both_numbers_are_refused(string text) => Assert.Throws<CliException>(() => PromptSyntax.Points(text).ToArray());
}
