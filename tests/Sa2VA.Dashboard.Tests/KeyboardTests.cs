using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>A whole visit without a pointer.</summary>
[Collection(DashboardCollection.Name)]
public sealed class KeyboardTests(DashboardFixture dashboard)
{
    private const int MostStops = 80;

    [Fact]
    public async Task From_the_key_to_a_frame_and_back_by_keys_alone()
    {
        var video = await dashboard.CompletedVideoAsync();
        var key = dashboard.NewKey("read", "submit");
        await dashboard.VisitAsync(Look.Desktop, "/jobs", key: null, async page =>
        {
            await Expect(page.GetByLabel("API key")).ToBeFocusedAsync();
            await page.Keyboard.TypeAsync(key);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = "the clip that ships" })).ToBeVisibleAsync();
            await TabToAsync(page, page.GetByRole(AriaRole.Link, new() { Name = "the clip that ships" }));
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "the clip that ships" })).ToBeFocusedAsync();
            var shapes = page.GetByRole(AriaRole.Listitem).GetByRole(AriaRole.Link, new() { Name = "shapes", Exact = true });
            await Expect(shapes).ToBeVisibleAsync();
            await TabToAsync(page, shapes);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"#/videos/{video}$"));
            await Expect(page.GetByText("Seen in").First).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "shapes" })).ToBeFocusedAsync();

            // Frames by full stop and comma, and by the slider.
            await page.Keyboard.PressAsync(".");
            await page.Keyboard.PressAsync(".");
            await page.Keyboard.PressAsync(",");
            await Expect(page.Locator(".stage")).ToHaveAttributeAsync("data-step", "1");
            await TabToAsync(page, page.GetByRole(AriaRole.Slider, new() { Name = "Frame" }));
            await page.Keyboard.PressAsync("End");
            await Expect(page.Locator(".stage")).ToHaveAttributeAsync("data-step", "47");
            await TabToAsync(page, page.GetByRole(AriaRole.Checkbox, new() { Name = "the cyan object" }));
            await page.Keyboard.PressAsync("Space");
            await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "the cyan object" })).Not.ToBeCheckedAsync();

            // Back to the beginning by the link that only keys meet.
            await page.ReloadAsync();
            await Expect(page.GetByText("Seen in").First).ToBeVisibleAsync();
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("main")).ToBeFocusedAsync();
        });
    }

    /// <summary>Presses Tab until something has the focus.</summary>
    internal static async Task TabToAsync(IPage page, ILocator wanted)
    {
        for (var stop = 0; stop < MostStops; stop++)
        {
            if (await wanted.EvaluateAsync<bool>("one => one === document.activeElement")) return;
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"{wanted} is not met by the Tab key.");
    }
}
