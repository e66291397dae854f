namespace Sa2VA.Cluster.Sources;

/// <summary>Why a video could not be brought here; one value per reaction a caller can have.</summary>
public enum SourceErrorKind
{
    /// <summary>The settings do not allow it, or the server refuses our credentials.</summary>
    NotAllowed,

    /// <summary>There is nothing under that name.</summary>
    NotFound,

    /// <summary>It has more bytes than are taken.</summary>
    TooLarge,

    /// <summary>The server or the disk cannot serve it at the moment; trying later, or on another machine, may succeed.</summary>
    Unreachable,

    /// <summary>It is there and cannot be read: no permission, no regular file, no pictures in the folder, a strange answer.</summary>
    Unreadable,
}

/// <summary>A video could not be brought to this machine. The message names the source, says what was found and what to do; no secret is in it.</summary>
public sealed class SourceException(SourceErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The sort of failure.</summary>
    public SourceErrorKind Kind { get; } = kind;

    /// <summary>Whether the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient => Kind == SourceErrorKind.Unreachable;
}
