using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>What happened in a session, as stored.</summary>
[JsonDerivedType(typeof(ClipChosen), "clip-chosen")]
[JsonDerivedType(typeof(ObjectRemembered), "object-remembered")]
[JsonDerivedType(typeof(ObjectForgotten), "object-forgotten")]
[JsonDerivedType(typeof(QuestionAnswered), "question-answered")]
internal abstract record ObjectSessionEvent
{
    public sealed record ClipChosen(SessionClip Clip) : ObjectSessionEvent;

    public sealed record ObjectRemembered(int ObjectId, ImmutableArray<Rle> Masks) : ObjectSessionEvent;

    public sealed record ObjectForgotten(int ObjectId) : ObjectSessionEvent;

    public sealed record QuestionAnswered(ObjectTurn Turn) : ObjectSessionEvent;
}
