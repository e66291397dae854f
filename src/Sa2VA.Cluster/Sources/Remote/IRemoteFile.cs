using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>A file of a server, which can be read from any byte on where the server can do that.</summary>
internal interface IRemoteFile
{
    /// <summary>The source for messages, without secrets.</summary>
    string Shown { get; }

    /// <summary>Its file name, whose extension is kept.</summary>
    string Name { get; }

    /// <summary>
    /// Begins to read. The answer says where it really begins: at <paramref name="from"/> only when the file is still of version
    /// <paramref name="same"/>, at 0 otherwise.
    /// </summary>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="same">The version that the bytes before are of; not null when <paramref name="from"/> is above 0.</param>
    /// <param name="unless">A version that need not be sent again; null to have any.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="SourceException">It cannot be had; a transient one is worth another try.</exception>
    Task<RemoteBody> OpenAsync(long from, RemoteVersion? same, RemoteVersion? unless, CancellationToken cancellationToken);
}

/// <summary>By what a server tells two versions of a file apart.</summary>
internal sealed record RemoteVersion(string? ETag, DateTimeOffset? LastModified)
{
    /// <summary>Whether it names the bytes themselves: a weak tag promises only that people see no difference.</summary>
    [JsonIgnore]
    public bool CanResume => ETag is { } tag ? !tag.StartsWith("W/", StringComparison.Ordinal) || LastModified is not null : LastModified is not null;

    /// <summary>Null when the server gave neither.</summary>
    public static RemoteVersion? Of(string? etag, DateTimeOffset? lastModified)
        => string.IsNullOrEmpty(etag) && lastModified is null ? null : new RemoteVersion(string.IsNullOrEmpty(etag) ? null : etag, lastModified);
}

/// <summary>An answer of a server.</summary>
/// <param name="Content">The bytes; null when the version that was excepted is still there.</param>
/// <param name="From">Place of their first one in the file.</param>
/// <param name="Total">Size of the whole file; null when the server does not say.</param>
/// <param name="Version">Of the file.</param>
/// <param name="Owner">Disposed of with the answer.</param>
internal sealed record RemoteBody(Stream? Content, long From, long? Total, RemoteVersion? Version, IDisposable? Owner) : IDisposable
{
    /// <summary>Nothing new.</summary>
    public static RemoteBody Unchanged { get; } = new(Content: null, From: 0, Total: null, Version: null, Owner: null);

    public void Dispose()
    {
        Content?.Dispose();
        Owner?.Dispose();
    }
}
