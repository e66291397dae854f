namespace Sa2VA.Datasets.RefShapes;

/// <summary>A grey wall or pillar of bricks that hides what is behind it. World pixels.</summary>
internal sealed record Wall(float Left, float Top, float Right, float Bottom, byte Tone, ulong Seed);
