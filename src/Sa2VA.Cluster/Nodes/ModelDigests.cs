using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Sources.Files;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// Digests of the models that a node works with: SHA-256 of the lines <c>{SHA-256 of the file}  {its name}\n</c> in the order of the names. Each
/// is computed once, as the files of a model do not change while a node lives.
/// </summary>
internal sealed class ModelDigests : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _known = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The digest of a folder; the first to ask waits until all of it is read, some seconds for a large model.</summary>
    /// <exception cref="IOException">A file cannot be read; it is read anew when somebody asks again.</exception>
    public async Task<string> OfAsync(string folder, CancellationToken cancellationToken)
    {
        var digest = _known.GetOrAdd(folder, _ => new Lazy<Task<string>>(() => Task.Run(() => ComputeAsync(folder), CancellationToken.None)));
        try
        {
            return await digest.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (digest.Value.IsFaulted)
        {
            _known.TryRemove(KeyValuePair.Create(folder, digest));
            throw;
        }
    }

    /// <summary>The digest of a model as it is used; that of its folder where nothing is changed.</summary>
    /// <exception cref="IOException">As of a folder.</exception>
    public async Task<string> OfAsync(ModelChoice model, CancellationToken cancellationToken)
    {
        var folder = await OfAsync(model.Folder, cancellationToken);
        if (model.Variant == ModelVariant.Plain) return folder;
        var sam2 = model.Variant.Sam2 is { } second ? await OfAsync(second, cancellationToken) : "";
        var parts = $"{folder} sam2:{sam2} quantize:{model.Variant.Quantize} selfFeedback:{model.Variant.SelfFeedback}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var digest in _known.Values) await ((Task)digest.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task<string> ComputeAsync(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        IEnumerable<string> files = File.Exists(folder) ? [folder] : Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal);
        foreach (var file in files)
            hash.AppendData(Encoding.UTF8.GetBytes($"{await ContentHash.ReadAsync(file, _stopping.Token)}  {Path.GetFileName(file)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
