namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>An object that a question names as <c>[id]</c> and that is pointed at, by one click or one box.</summary>
/// <param name="ObjectId">From 0; one that is remembered already is found anew.</param>
/// <param name="Frame">Number of a frame in the video, one of <see cref="SessionClip.Frames"/>.</param>
/// <param name="Coordinates">x, y of a click on it, or x0, y0, x1, y1 of a box around it, in pixels of the upright video.</param>
public sealed record PointedAt(int ObjectId, int Frame, float[] Coordinates);
