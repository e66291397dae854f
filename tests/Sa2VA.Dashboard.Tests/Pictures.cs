using Microsoft.Playwright;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The pictures of the documentation: taken anew by a run with <c>SA2VA_UPDATE_PICTURES=1</c>.</summary>
internal static class Pictures
{
    public static async Task TakeAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SA2VA_UPDATE_PICTURES") != "1") return;
        // What was said a moment ago is not the page.
        await page.EvaluateAsync("scrollTo(0, 0); document.getElementById('toasts').replaceChildren()");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Samples.Folder, "..", "docs", "pictures", $"{name}.png") });
    }
}
