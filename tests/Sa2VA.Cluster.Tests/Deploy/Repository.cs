namespace Sa2VA.Cluster.Tests.Deploy;

/// <summary>Files of the checkout that the tests run from.</summary>
internal static class Repository
{
    private static readonly string Root = Find();

    /// <summary>The full path of a file or folder.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (System.IO.File.Exists(Path.Combine(folder, "Sa2VA.Cluster.sln"))) return folder;
        }

        throw new InvalidOperationException($"'{AppContext.BaseDirectory}' is not in a checkout.");
    }
}
