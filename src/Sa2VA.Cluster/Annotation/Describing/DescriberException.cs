namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>Why a question was not answered, by what a person can do about it.</summary>
public enum DescriberFailure
{
    /// <summary>The question itself was refused, for example for its pictures; another may be answered.</summary>
    Refused,

    /// <summary>No question can be answered as things are set: the address, the model's name or a parameter is wrong.</summary>
    Settings,

    /// <summary>The key is missing, unknown, or may not do that.</summary>
    Access,

    /// <summary>The server stayed away, or busy, for all attempts; later it may answer.</summary>
    Unavailable,
}

/// <summary>A model that is asked somewhere else did not answer.</summary>
public sealed class DescriberException(DescriberFailure kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What helps.</summary>
    public DescriberFailure Kind { get; } = kind;
}
