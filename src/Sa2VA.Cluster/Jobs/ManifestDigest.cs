using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Jobs;

/// <summary>SHA-256 over the videos of a job in their order: the same digest is the same manifest, however it was written down.</summary>
internal sealed class ManifestDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="video">The next video.</param>
    /// <param name="targets">Its targets as <see cref="JobJson"/> writes them.</param>
    public void Add(VideoRequest video, byte[] targets)
    {
        Add(video.Source);
        Add(video.Name is null ? "" : "=" + video.Name);
        var frames = video.Frames ?? FrameSelection.All;
        Add($"{frames.First}:{frames.Last}:{frames.Stride}");
        Add(targets);
    }

    /// <summary>The digest of all videos so far.</summary>
    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();

    private void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    // With its length before it, so that no part can pass for a piece of its neighbour.
    private void Add(byte[] part)
    {
        _hash.AppendData(BitConverter.GetBytes(part.Length));
        _hash.AppendData(part);
    }
}
