using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The page of a video: its masks where the truth says they are, over time, on and off.</summary>
[Collection(DashboardCollection.Name)]
public sealed class VideoPageTests(DashboardFixture dashboard)
{
    private const string Cyan = "the cyan object";

    // The small model scores more than that on this clip, and a mask that is mirrored, shifted or of another frame much less.
    private const double Alike = 0.6;

    [Fact]
    public async Task Masks_are_drawn_where_the_truth_says()
    {
        var video = await dashboard.CompletedVideoAsync();
        await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
        {
            foreach (var frame in new[] { 0, 20, 47 })
            {
                await page.GetByRole(AriaRole.Slider, new() { Name = "Frame" }).FillAsync($"{frame}");
                await Expect(Stage(page)).ToHaveAttributeAsync("data-step", $"{frame}");
                await Expect(Stage(page)).ToHaveAttributeAsync("data-masks", "shown");
                Assert.InRange(Truth.Agreement(await MaskAsync(page), Truth.MaskOf(Cyan, frame)), Alike, 1);
            }
        });
    }

    [Fact]
    public async Task An_object_is_switched_off_and_on()
    {
        var video = await dashboard.CompletedVideoAsync();
        await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
        {
            var shown = page.GetByRole(AriaRole.Checkbox, new() { Name = Cyan });
            await Expect(shown).ToBeCheckedAsync();
            await Expect(Stage(page)).ToHaveAttributeAsync("data-masks", "shown");
            await Expect(page.GetByText("Seen in").First).ToBeVisibleAsync();
            Assert.Contains((byte)1, await MaskAsync(page));
            await shown.UncheckAsync();
            Assert.DoesNotContain((byte)1, await MaskAsync(page));
            await shown.CheckAsync();
            Assert.Contains((byte)1, await MaskAsync(page));
        });
    }

    [Fact]
    public async Task It_plays_to_its_end()
    {
        var video = await dashboard.CompletedVideoAsync();
        await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
        {
            await Expect(page.GetByText("Seen in").First).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Play" }).ClickAsync();
            await Expect(Stage(page)).ToHaveAttributeAsync("data-step", "47");
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play" })).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task A_video_that_is_not_there_is_told_as_such()
    {
        await dashboard.VisitAsync(Look.Phone, "/jobs", async page =>
        {
            await page.EvaluateAsync("location.hash = '#/videos/none-1'");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "It is not there" })).ToBeVisibleAsync();
        }, expected: "404");
    }

    internal static ILocator Stage(IPage page) => page.Locator(".stage");

    /// <summary>What is drawn of all objects, row by row, 1 inside.</summary>
    internal static async Task<byte[]> MaskAsync(IPage page)
    {
        var pixels = await page.EvaluateAsync<string>(
            "() => { const { width, height } = document.querySelector('[data-layer=masks]'); const { data } = document.querySelector('[data-layer=masks]').getContext('2d').getImageData(0, 0, width, height); return Array.from({ length: width * height }, (_, at) => data[4 * at + 3] > 0 ? 1 : 0).join(''); }");
        return [.. pixels.Select(pixel => (byte)(pixel - '0'))];
    }
}
