using Microsoft.Playwright;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The browser that Debian ships, found on the path. Nothing is downloaded.</summary>
internal static class Chromium
{
    private static readonly string? s_path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Starts it; skips the tests, with the reason, where it is not installed.</summary>
    public static async Task<IBrowser> StartOrSkipAsync(IPlaywright playwright)
    {
        Assert.SkipUnless(s_path is not null, "Chromium is not installed: run scripts/setup.sh --servers.");
        // Its sandbox takes rights that containers and root do not have; the only pages are ours.
        return await playwright.Chromium.LaunchAsync(new() { ExecutablePath = s_path, Args = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"] });
    }
}
