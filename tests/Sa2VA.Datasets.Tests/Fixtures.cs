namespace Sa2VA.Datasets.Tests;

/// <summary>The checked-in data, copied beside the tests.</summary>
internal static class Fixtures
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "fixtures", name);
}
