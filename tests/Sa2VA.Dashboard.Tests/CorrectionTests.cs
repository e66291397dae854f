using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>What people show a video by pointing at it, and what they take home.</summary>
[Collection(DashboardCollection.Name)]
public sealed class CorrectionTests(DashboardFixture dashboard)
{
    private const string Yellow = "the shape that is yellow";

    [Fact]
    public async Task An_object_that_is_clicked_on_is_tracked()
    {
        var video = await dashboard.CompletedVideoAsync("clicked");
        await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
        {
            await Expect(page.GetByText("Seen in")).ToHaveCountAsync(1);
            await page.GetByRole(AriaRole.Button, new() { Name = "Mark object" }).ClickAsync();
            await page.GetByLabel("Its name").FillAsync("shown by a click");
            var (x, y) = Middle(Truth.MaskOf(Yellow, 0));
            var picture = page.GetByRole(AriaRole.Application);
            await picture.ScrollIntoViewIfNeededAsync();
            var box = (await picture.BoundingBoxAsync())!;
            await picture.ClickAsync(new() { Position = new() { X = (x + 0.5f) * box.Width / Truth.Width, Y = (y + 0.5f) * box.Height / Truth.Height } });
            await Expect(page.GetByText("1 click on frame 0.")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Track again from frame 0" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "shown by a click" })).ToBeVisibleAsync();
            await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
            await Expect(page.GetByRole(AriaRole.List, new() { Name = "What was asked for so far" })).ToContainTextAsync("done");
            await Expect(page.GetByText("of 48 frames,")).ToHaveCountAsync(2);
            await page.GetByRole(AriaRole.Slider, new() { Name = "Frame" }).FillAsync("12");
            await Expect(page.Locator(".stage")).ToHaveAttributeAsync("data-step", "12");
            await Pictures.TakeAsync(page, "video");
        });
    }

    [Fact]
    public async Task A_box_is_drawn_by_keys_and_corrects_an_object()
    {
        var video = await dashboard.CompletedVideoAsync("corrected");
        await dashboard.VisitAsync(Look.Phone, $"/videos/{video}", async page =>
        {
            await Expect(page.GetByText("Seen in")).ToHaveCountAsync(1);
            await KeyboardTests.TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Draw box" }));
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Application)).ToBeFocusedAsync();
            await page.Keyboard.PressAsync(".");
            await page.Keyboard.PressAsync("Shift+ArrowLeft");
            await page.Keyboard.PressAsync("Enter");
            for (var i = 0; i < 3; i++) await page.Keyboard.PressAsync("Shift+ArrowRight");
            await page.Keyboard.PressAsync("Shift+ArrowDown");
            await page.Keyboard.PressAsync("ArrowDown");
            await Expect(page.Locator(".stage [role=status]").Last).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^116, 83"));
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText("a box on frame 1.")).ToBeVisibleAsync();
            await page.Keyboard.PressAsync("Backspace");
            await Expect(page.GetByText("Nothing is marked yet.")).ToBeVisibleAsync();
            await page.Keyboard.PressAsync("Enter");
            for (var i = 0; i < 2; i++) await page.Keyboard.PressAsync("Shift+ArrowUp");
            await page.Keyboard.PressAsync("Shift+ArrowLeft");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText("a box on frame 1.")).ToBeVisibleAsync();
            await KeyboardTests.TabToAsync(page, page.GetByLabel("This is"));
            await page.Keyboard.PressAsync("ArrowDown");
            await Expect(page.GetByLabel("This is")).ToHaveValueAsync("1");
            await KeyboardTests.TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Track again from frame 1" }));
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.List, new() { Name = "What was asked for so far" })).ToContainTextAsync("the cyan object, frame 1done");
            await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
            await Pictures.TakeAsync(page, "phone");
        });
    }

    [Fact]
    public async Task A_sentence_is_added()
    {
        var video = await dashboard.CompletedVideoAsync("asked");
        await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
        {
            await page.GetByLabel("Another sentence").Last.FillAsync(Yellow);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = Yellow })).ToBeVisibleAsync();
            await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
        });
    }

    [Fact]
    public async Task Masks_are_taken_home_as_coco()
    {
        var video = await dashboard.CompletedVideoAsync();
        await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
        {
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "COCO" }).ClickAsync());
            await using var content = await download.CreateReadStreamAsync();
            using var coco = await System.Text.Json.JsonDocument.ParseAsync(content);
            Assert.Equal(48, coco.RootElement.GetProperty("images").GetArrayLength());
            Assert.Equal("the cyan object", coco.RootElement.GetProperty("categories")[0].GetProperty("name").GetString());
        });
    }

    /// <summary>The pixel of a mask that is nearest to its middle.</summary>
    private static (int X, int Y) Middle(byte[] mask)
    {
        var set = Enumerable.Range(0, mask.Length).Where(at => mask[at] != 0).Select(at => (X: at % Truth.Width, Y: at / Truth.Width)).ToList();
        var (x, y) = (set.Average(one => one.X), set.Average(one => one.Y));
        return set.MinBy(one => (one.X - x) * (one.X - x) + (one.Y - y) * (one.Y - y));
    }
}
