using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Sa2VA.Cluster.Gateway.Dashboard;

/// <summary>A file of the dashboard. All of them are parts of the assembly, so that a gateway serves what it was built with, wherever it is started.</summary>
/// <param name="Path">Its address, from the root: <c>/js/main.js</c>.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="Bytes">As it is.</param>
/// <param name="Compressed">Gzipped.</param>
/// <param name="Tag">Changes with the content, in quotes.</param>
internal sealed record DashboardFile(string Path, string ContentType, ImmutableArray<byte> Bytes, ImmutableArray<byte> Compressed, string Tag)
{
    private const string Folder = "wwwroot/";
    private const int TagBytes = 16;

    /// <summary>Everything that was built in.</summary>
    public static IEnumerable<DashboardFile> ReadAll()
    {
        var assembly = typeof(DashboardFile).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (name.StartsWith(Folder, StringComparison.Ordinal)) yield return Read(assembly, name);
        }
    }

    private static DashboardFile Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(bytes);
        return new DashboardFile($"/{name[Folder.Length..]}", TypeOf(name), [.. bytes], [.. compressed.ToArray()], $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, TagBytes))}\"");
    }

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"'{name}' is built in, and nobody said what type '{other}' has."),
    };
}
