using Microsoft.Playwright;
using Sa2VA.Cluster.Jobs;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The page of a video that is still being tracked. Its node stands still while the page is looked at, so that nothing depends on who is faster.</summary>
[Collection(DashboardCollection.Name)]
public sealed class LiveVideoTests(DashboardFixture dashboard)
{
    private const string Cyan = "the cyan object";

    // Each frame of the clip is shown so often.
    private const int Slower = 4;

    // In the middle of those that show frame 1 of the clip, and frame 25.
    private const int Early = 1 * Slower + 1;
    private const int Late = 25 * Slower + 1;

    private const double Alike = 0.6;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Masks_are_drawn_while_the_video_is_still_tracked()
    {
        var video = await dashboard.SubmitSlowedAsync("tracked before your eyes", Slower, Cyan);
        await dashboard.UntilTrackedThenFrozenAsync(video, Early + 1);
        try
        {
            await dashboard.VisitAsync(Look.Desktop, $"/videos/{video}", async page =>
            {
                await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Running");
                await GoAsync(page, Early, "shown");
                Assert.InRange(Truth.Agreement(await VideoPageTests.MaskAsync(page), Truth.MaskOf(Cyan, Early / Slower)), Alike, 1);
                await GoAsync(page, Late, "none");

                await dashboard.UntilTrackedThenFrozenAsync(video, Late + 1);
                Assert.Equal(VideoState.Running, (await dashboard.Cluster.Connection.Jobs.FindVideoAsync(video, Stop))!.State);
                // By itself, on the page that is open.
                await Expect(VideoPageTests.Stage(page)).ToHaveAttributeAsync("data-masks", "shown");
                Assert.InRange(Truth.Agreement(await VideoPageTests.MaskAsync(page), Truth.MaskOf(Cyan, Late / Slower)), Alike, 1);
                await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Running");
                await Pictures.TakeAsync(page, "live");

                dashboard.Cluster.Nodes[0].Thaw();
                await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
            });
        }
        finally
        {
            dashboard.Cluster.Nodes[0].Thaw();
        }
    }

    private static async Task GoAsync(IPage page, int step, string masks)
    {
        var frames = page.GetByRole(AriaRole.Slider, new() { Name = "Frame" });
        // It has no frames before the page knows how many there are.
        await Expect(frames).Not.ToHaveAttributeAsync("max", "0");
        await frames.FillAsync($"{step}");
        await Expect(VideoPageTests.Stage(page)).ToHaveAttributeAsync("data-step", $"{step}");
        await Expect(VideoPageTests.Stage(page)).ToHaveAttributeAsync("data-masks", masks);
    }
}
