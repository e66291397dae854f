using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>Events and states of sessions about objects.</summary>
internal sealed class ObjectSessionCodec() : JsonEventCodec<ObjectMemory, ObjectSessionEvent>("object-memory-1");
