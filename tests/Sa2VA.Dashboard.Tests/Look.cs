using Microsoft.Playwright;

namespace Sa2VA.Dashboard.Tests;

/// <summary>How somebody looks at the dashboard.</summary>
/// <param name="Width">Of the window, in pixels.</param>
/// <param name="Height">Of the window, in pixels.</param>
/// <param name="Scheme">The colours that the system prefers.</param>
internal sealed record Look(int Width, int Height, ColorScheme Scheme)
{
    public static Look Desktop { get; } = new(1280, 900, ColorScheme.Light);

    public static Look Phone { get; } = new(380, 780, ColorScheme.Dark);

    public static IReadOnlyList<Look> All { get; } = [Desktop, Desktop with { Scheme = ColorScheme.Dark }, Phone, Phone with { Scheme = ColorScheme.Light }];
}
