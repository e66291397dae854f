namespace Sa2VA.Actors;

/// <summary>A message that nobody will handle, because its actor had stopped.</summary>
public sealed record DeadLetter(string Path, object? Message);
