using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary>One of the files that are made of frames and masks. Frames come in order, once; nothing of them is kept by reference.</summary>
internal interface IFrameSink : IAsyncDisposable
{
    /// <summary>What was written, for the list at the end.</summary>
    string Path { get; }

    /// <summary>Takes one frame with the masks of all objects.</summary>
    Task AddAsync(VideoFrame frame, StoredStep step, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken);

    /// <summary>Finishes the file under its name. Disposing without it leaves no file.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
