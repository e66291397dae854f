using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sa2VA.Dashboard.Tests;

/// <summary>Jobs from the form.</summary>
[Collection(DashboardCollection.Name)]
public sealed class SubmitTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_job_from_the_form_runs_to_its_end()
    {
        var title = $"from the form {Guid.NewGuid():N}";
        await dashboard.VisitAsync(Look.Phone, "/submit", async page =>
        {
            await page.GetByLabel("Title").FillAsync(title);
            await page.GetByLabel("Video", new() { Exact = true }).FillAsync(dashboard.Clip);
            await page.GetByLabel("Sentences", new() { Exact = true }).FillAsync("the cyan object\nthe shape that is orange\n");
            await Expect(page.GetByLabel("Model")).ToHaveValueAsync("nano");
            await page.GetByRole(AriaRole.Radio, new() { Name = "High" }).CheckAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Submit the job" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = title })).ToBeFocusedAsync();
            await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
        });
    }

    [Fact]
    public async Task A_file_is_uploaded_estimated_and_submitted()
    {
        await dashboard.VisitAsync(Look.Desktop, "/submit", async page =>
        {
            await Expect(page.GetByLabel("Model")).ToHaveValueAsync("nano");
            await page.Locator("input[type=file]").SetInputFilesAsync(dashboard.Clip);
            await Expect(page.GetByText("ref-shapes.mp4: 48 frames of 192 × 144")).ToBeVisibleAsync();
            await Expect(page.GetByLabel("Video", new() { Exact = true })).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("^uploads:"));
            await page.GetByLabel("Sentences", new() { Exact = true }).FillAsync("the cyan object");
            await page.GetByRole(AriaRole.Button, new() { Name = "Estimate" }).ClickAsync();
            await Expect(page.GetByText("48 frames in 1 video")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Submit the job" }).ClickAsync();
            await Expect(page.Locator(".title-line .badge")).ToHaveTextAsync("Completed");
        });
    }

    [Fact]
    public async Task What_is_missing_is_said_at_its_field()
    {
        await dashboard.VisitAsync(Look.Desktop, "/submit", async page =>
        {
            await Expect(page.GetByLabel("Model")).ToHaveValueAsync("nano");
            await page.GetByRole(AriaRole.Button, new() { Name = "Submit the job" }).ClickAsync();
            var video = page.GetByLabel("Video", new() { Exact = true });
            await Expect(video).ToBeFocusedAsync();
            await Expect(video).ToHaveAttributeAsync("aria-invalid", "true");
            await Expect(video).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex("Say where the video is"));
            await video.FillAsync("a.mp4");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByLabel("Sentences", new() { Exact = true })).ToBeFocusedAsync();
        });
    }

    [Fact]
    public async Task A_job_that_is_refused_says_why_and_keeps_what_was_written()
    {
        await dashboard.VisitAsync(Look.Desktop, "/submit", async page =>
        {
            await Expect(page.GetByLabel("Model")).ToHaveValueAsync("nano");
            await page.GetByLabel("Video", new() { Exact = true }).FillAsync("https://user:password@example.org/a.mp4");
            await page.GetByLabel("Sentences", new() { Exact = true }).FillAsync("the dog");
            await page.GetByRole(AriaRole.Button, new() { Name = "Submit the job" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "password" })).ToBeVisibleAsync();
            await Expect(page.GetByLabel("Sentences", new() { Exact = true })).ToHaveValueAsync("the dog");
        }, expected: "422");
    }

    [Fact]
    public async Task A_job_is_held_released_and_cancelled()
    {
        var title = $"many {Guid.NewGuid():N}";
        var job = await dashboard.SubmitHeldAsync(title);
        await dashboard.VisitAsync(Look.Desktop, $"/jobs/{job}", async page =>
        {
            var head = page.Locator(".page-head");
            var badge = head.Locator(".badge");
            await Expect(badge).ToHaveTextAsync("Held");
            await head.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keep it" })).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Escape");
            await Expect(badge).ToHaveTextAsync("Held");
            await head.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Cancel for good" }).ClickAsync();
            await Expect(badge).ToHaveTextAsync("Cancelled");
        });
    }
}
