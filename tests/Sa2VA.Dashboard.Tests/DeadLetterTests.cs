using Microsoft.Playwright;
using Sa2VA.Cluster.Jobs;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>Work that was given up, tried again from the page of the cluster.</summary>
[Collection(DashboardCollection.Name)]
public sealed class DeadLetterTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_dead_letter_is_retried_and_the_video_completes()
    {
        var video = await dashboard.DeadVideoAsync("took down everyone in a test");
        await dashboard.VisitAsync(Look.Desktop, "/cluster", async page =>
        {
            var letter = page.GetByRole(AriaRole.List, new() { Name = "Dead letters" }).GetByRole(AriaRole.Listitem).Filter(new() { HasText = video });
            await Expect(letter).ToContainTextAsync("took down everyone in a test");
            await letter.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
            await Expect(letter).ToHaveCountAsync(0);
            await page.EvaluateAsync("job => { location.hash = `#/jobs/${job}`; }", video[..video.LastIndexOf('-')]);
            await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
        });
        Assert.Equal(VideoState.Completed, (await dashboard.Cluster.Connection.Jobs.FindVideoAsync(video, TestContext.Current.CancellationToken))!.State);
    }

    [Fact]
    public async Task A_key_that_may_not_see_them_is_told_so()
    {
        await dashboard.VisitAsync(Look.Phone, "/cluster", dashboard.NewKey("read"), async page => await Expect(page.GetByText("This key may not see them")).ToBeVisibleAsync(), expected: "403");
    }
}
