using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>Everybody can use every page, in both schemes, on a desk and on a phone.</summary>
[Collection(DashboardCollection.Name)]
public sealed class AccessibilityTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task Pages_have_names_landmarks_order_and_contrast_and_fit_the_window()
    {
        var video = await dashboard.CompletedVideoAsync();
        foreach (var look in Look.All)
        {
            await dashboard.VisitAsync(look, "/jobs", async page =>
            {
                foreach (var place in Places(video))
                {
                    await GoAsync(page, place);
                    await Audit.AssertNothingWrongAsync(page);
                }
            });
        }
    }

    [Fact]
    public async Task The_question_for_a_key_does_too()
    {
        foreach (var look in Look.All)
        {
            await dashboard.VisitAsync(look, "/jobs", key: null, async page =>
            {
                await Expect(page.GetByLabel("API key")).ToBeFocusedAsync();
                await Audit.AssertNothingWrongAsync(page);
            });
        }
    }

    [Fact]
    public async Task Everything_is_met_by_the_tab_key_in_order_and_shows_it()
    {
        var video = await dashboard.CompletedVideoAsync();
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            foreach (var place in Places(video))
            {
                await GoAsync(page, place);
                // Reading begins at the top again.
                await page.ReloadAsync();
                await GoAsync(page, place);
                await Audit.AssertTabOrderAsync(page);
            }
        });
    }

    private static IEnumerable<(string Place, string Sign)> Places(string video) =>
    [
        ("/jobs", "the clip that ships"), ($"/jobs/{video[..video.LastIndexOf('-')]}", "48 of 48 frames"), ($"/videos/{video}", "Seen in"), ("/cluster", "Everything that was begun"), ("/submit", "One a line"),
    ];

    private static async Task GoAsync(IPage page, (string Place, string Sign) to)
    {
        await page.EvaluateAsync("place => { location.hash = `#${place}`; }", to.Place);
        await Expect(page.GetByText(to.Sign).First).ToBeVisibleAsync();
        // What it says last: its controls are there then.
        await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
    }
}
