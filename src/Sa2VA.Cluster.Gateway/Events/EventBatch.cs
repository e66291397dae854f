using System.Text;
using System.Text.Json;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Events;

/// <summary>Events that came together, as they are sent: every reader gets the same bytes.</summary>
internal sealed class EventBatch
{
    private readonly JobEventId[] _ids;
    private readonly int[] _ends;
    private readonly byte[] _bytes;

    private EventBatch(JobEventId[] ids, int[] ends, byte[] bytes) => (_ids, _ends, _bytes) = (ids, ends, bytes);

    public int Count => _ids.Length;

    public JobEventId Last => _ids[^1];

    /// <param name="events">In order, at least one.</param>
    /// <param name="json">How an event is written.</param>
    public static EventBatch Of(IReadOnlyList<StoredJobEvent> events, JsonSerializerOptions json)
    {
        var (ids, ends) = (new JobEventId[events.Count], new int[events.Count]);
        var text = new MemoryStream();
        for (var i = 0; i < events.Count; i++)
        {
            var (id, happened) = (events[i].Id, events[i].Event);
            text.Write(Encoding.UTF8.GetBytes($"id: {id}\nevent: {happened.Type}\ndata: "));
            JsonSerializer.Serialize(text, happened, json);
            text.Write("\n\n"u8);
            (ids[i], ends[i]) = (JobEventId.Parse(id), (int)text.Length);
        }

        return new EventBatch(ids, ends, text.ToArray());
    }

    /// <summary>What comes after an event; empty when nothing does.</summary>
    public ReadOnlyMemory<byte> After(JobEventId seen)
    {
        var first = Array.FindIndex(_ids, id => id > seen);
        return first < 0 ? default : _bytes.AsMemory(first == 0 ? 0 : _ends[first - 1]);
    }
}
