namespace Sa2VA.Cluster.Gateway.Exports;

/// <summary>Room for one export, gone when it is sent.</summary>
internal sealed class ExportScratch : IDisposable
{
    private readonly string _path;

    private ExportScratch(string path) => _path = path;

    /// <summary>The folder of its files.</summary>
    public string Files => Path.Combine(_path, "files");

    /// <summary>Where they are packed.</summary>
    public string Zip => Path.Combine(_path, "export.zip");

    public static ExportScratch Make(GatewaySettings settings)
    {
        var scratch = new ExportScratch(Path.Combine(settings.ScratchFolder, Guid.NewGuid().ToString("N")));
        Directory.CreateDirectory(scratch.Files);
        return scratch;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
