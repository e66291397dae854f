namespace Sa2VA.Actors;

/// <summary>No answer within the time given. The question may still be handled later.</summary>
public sealed class AskTimeoutException(string path, Type message, TimeSpan timeout)
    : TimeoutException($"Actor '{path}' did not answer {message.Name} within {timeout.TotalSeconds:0.###} s. It may be busy or restarting; the question may still be handled.");

/// <summary>The actor that was asked has stopped, so nobody will answer. The question was not handled.</summary>
public sealed class DeadLetterException(string path, Type message)
    : Exception($"Actor '{path}' has stopped and cannot answer {message.Name}.");

/// <summary>A child failed and its supervision strategy escalated to the parent, whose own strategy decides next.</summary>
public sealed class ChildFailedException(string child, Exception reason)
    : Exception($"Child actor '{child}' failed: {reason.Message}", reason);
