namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>
/// A prompt or a step that the tracker cannot carry out: the message says what was asked, what was found and what to do. The
/// tracker's state is as it was before the call. The same call again fails again.
/// </summary>
public sealed class TrackerException(string message) : Exception(message);
