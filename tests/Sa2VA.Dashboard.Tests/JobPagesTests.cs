using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The pages that show what goes on.</summary>
[Collection(DashboardCollection.Name)]
public sealed class JobPagesTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_key_is_asked_for_once_and_stays_out_of_the_address()
    {
        var title = $"key {Guid.NewGuid():N}";
        await dashboard.SubmitAsync(title, "the cyan object");
        await dashboard.VisitAsync(Look.Desktop, "/jobs", key: null, async page =>
        {
            var key = page.GetByLabel("API key");
            await key.FillAsync("no key at all, with spaces");
            await key.PressAsync("Enter");
            await Expect(page.GetByText("This is no key")).ToBeVisibleAsync();
            await key.FillAsync(dashboard.NewKey("read"));
            await key.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = title })).ToBeVisibleAsync();
            Assert.DoesNotContain("sa2va_", page.Url, StringComparison.Ordinal);
            await page.ReloadAsync();
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = title })).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Forget key" }).ClickAsync();
            await Expect(key).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task A_job_is_followed_to_its_end_without_a_reload()
    {
        var title = $"followed {Guid.NewGuid():N}";
        await dashboard.SubmitAsync(title, "the cyan object", "the shape that is yellow");
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            await page.GetByRole(AriaRole.Link, new() { Name = title }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1 })).ToBeFocusedAsync();
            var video = page.GetByRole(AriaRole.List, new() { Name = "Videos" }).GetByRole(AriaRole.Listitem);
            await Expect(video).ToContainTextAsync("48 of 48 frames");
            await Expect(video.Locator(".badge")).ToHaveTextAsync("Completed");
            await Expect(page.GetByText("nothing is left to do").First).ToBeVisibleAsync();
            await Expect(page.GetByText("opened: 48 frames of 192x144")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task Jobs_are_picked_among_all_that_there_are()
    {
        var title = $"picked {Guid.NewGuid():N}";
        await dashboard.CompletedVideoAsync();
        await dashboard.SubmitHeldAsync(title);
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            var (wanted, other) = (page.GetByRole(AriaRole.Link, new() { Name = title }), page.GetByRole(AriaRole.Link, new() { Name = "the clip that ships" }));
            await Expect(other).ToBeVisibleAsync();
            // It is the server that is asked: what the page has loaded may be a small part.
            await page.RunAndWaitForRequestAsync(() => page.GetByLabel("Search the jobs").FillAsync(title[..15].ToUpperInvariant()), request => request.Url.Contains("name=PICKED", StringComparison.Ordinal));
            await Expect(other).ToHaveCountAsync(0);
            await Expect(wanted).ToBeVisibleAsync();
            await page.RunAndWaitForRequestAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync(), request => request.Url.Contains("state=done", StringComparison.Ordinal));
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No job matches" })).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Active" }).ClickAsync();
            await Expect(wanted).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task The_cluster_shows_its_queues_and_models()
    {
        await dashboard.VisitAsync(Look.Phone, "/cluster", async page =>
        {
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Queues" })).ToContainTextAsync("waiting");
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Models" })).ToContainTextAsync("nano");
            await Expect(page.GetByRole(AriaRole.List, new() { Name = "Nodes" }).GetByRole(AriaRole.Listitem).First).ToContainTextAsync("node-1");
            await Expect(page.GetByText("None. Everything that was begun is in hand or over.")).ToBeVisibleAsync();
        });
    }
}
