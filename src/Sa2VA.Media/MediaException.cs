namespace Sa2VA.Media;

/// <summary>What went wrong with a media file or with the tools that read it; one value per reaction a caller can have.</summary>
public enum MediaErrorKind
{
    /// <summary>There is no such file.</summary>
    NotFound,

    /// <summary>The file exists, and this user may not read it (or it cannot be written).</summary>
    AccessDenied,

    /// <summary>The file, or the video stream in it, holds nothing.</summary>
    Empty,

    /// <summary>The file is something else: text, a still image, a document.</summary>
    NotVideo,

    /// <summary>A media file without a video stream (audio only, or audio with cover art).</summary>
    NoVideoStream,

    /// <summary>The file ends before its content does. <see cref="MediaException.Frame"/> says how far it can be read.</summary>
    Truncated,

    /// <summary>Something inside the file cannot be decoded.</summary>
    Damaged,

    /// <summary>An input that would make the tools open other files or the network: URLs, playlists, concat scripts, data URIs.</summary>
    Forbidden,

    /// <summary>A valid video of a sort that is not handled: the message says what and how to convert it.</summary>
    Unsupported,

    /// <summary>One of <see cref="MediaLimits"/> was exceeded.</summary>
    LimitExceeded,

    /// <summary>ffmpeg or ffprobe was not found or could not be started.</summary>
    ToolMissing,

    /// <summary>ffmpeg or ffprobe died, or failed for a reason that is not the input's.</summary>
    ToolFailed,

    /// <summary>A tool made no progress within the time allowed.</summary>
    Timeout,
}

/// <summary>
/// The one exception of this library for what is wrong with a file, its content, or the tools. The message is for people: it names the
/// file, what was found and what to do. Cancellation is an <see cref="OperationCanceledException"/> as everywhere.
/// </summary>
public sealed class MediaException : Exception
{
    /// <summary>Creates the exception.</summary>
    public MediaException(MediaErrorKind kind, string message, long? frame = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Frame = frame;
    }

    /// <summary>The sort of failure.</summary>
    public MediaErrorKind Kind { get; }

    /// <summary>The index of the first frame that could not be delivered, when reading had begun; frames before it are good.</summary>
    public long? Frame { get; }

    /// <summary>Whether the same call may succeed later without anyone changing the file.</summary>
    public bool IsTransient => Kind is MediaErrorKind.ToolFailed or MediaErrorKind.Timeout;
}
