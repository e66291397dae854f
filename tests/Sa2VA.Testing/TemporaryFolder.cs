namespace Sa2VA.Testing;

/// <summary>A folder of its own for one test, removed with everything in it when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Creates the folder under the system's temporary folder.</summary>
    public TemporaryFolder() => FullPath = Directory.CreateTempSubdirectory("sa2va-test-").FullName;

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>The path of a file or folder inside it, which need not exist.</summary>
    public string File(params string[] parts) => Path.Combine([FullPath, .. parts]);

    /// <summary>Removes the folder.</summary>
    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
