namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>The checkout that the tests run in.</summary>
internal static class Checkout
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sa2VA.Cluster.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("These tests run in a checkout.");
        return folder.FullName;
    }
}
