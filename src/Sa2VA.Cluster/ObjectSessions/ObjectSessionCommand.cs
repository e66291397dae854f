using System.Collections.Immutable;
using System.Threading.Channels;
using Sa2VA.Actors;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>What a session's actor understands.</summary>
internal abstract record ObjectSessionCommand
{
    /// <summary>Find the objects pointed at, remember them, and answer. A question that is stopped before its end is not recorded.</summary>
    /// <param name="Said">Has room for every piece of the answer.</param>
    public sealed record Ask(
        string Question, IReadOnlyList<PointedAt> Objects, string AnswerStart, ChannelWriter<string> Said, ReplyTo<ObjectTurn> Reply, CancellationToken Stop) : ObjectSessionCommand;

    /// <summary>Forget an object; the answer says whether there was one.</summary>
    public sealed record Forget(int ObjectId, ReplyTo<bool> Reply) : ObjectSessionCommand;

    /// <summary>What is kept.</summary>
    public sealed record GetMemory(ReplyTo<ObjectMemory> Reply) : ObjectSessionCommand;

    /// <summary>The actor's own: the frames that it is about.</summary>
    public sealed record ChooseClip(SessionClip Clip) : ObjectSessionCommand;

    /// <summary>The actor's own: objects were found.</summary>
    public sealed record Remember(IReadOnlyDictionary<int, ImmutableArray<Rle>> Objects) : ObjectSessionCommand;

    /// <summary>The actor's own: a question was answered.</summary>
    public sealed record Record(ObjectTurn Turn) : ObjectSessionCommand;
}
