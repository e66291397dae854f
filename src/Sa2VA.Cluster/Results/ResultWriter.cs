using Sa2VA.Actors;
using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Results;

/// <summary>What the writer of a video's masks understands.</summary>
internal abstract record WriterCommand
{
    /// <summary>The masks of one step; steps come in order. Objects that are missing (absent ones) get empty masks.</summary>
    public sealed record Write(StepFrame At, IReadOnlyList<ObjectMask> Masks) : WriterCommand;

    /// <summary>Answers with the next step once everything before it is durable.</summary>
    public sealed record Flush(ReplyTo<int> Reply) : WriterCommand;
}

/// <summary>Where a writer starts, and what it writes.</summary>
internal sealed record WriterPlan(string VideoId, long Epoch, IReadOnlyList<int> ObjectIds, int Height, int Width, int NextStep)
{
    /// <summary>Masks that are stored already are written over one by one: those behind the last one that was written stay.</summary>
    public bool Overwrites { get; init; }
}

/// <summary>
/// Encodes masks and stores them block by block: a block when it is full, and what there is of it at a flush. After a
/// resume it continues the stored, unfinished block, so that the bytes are those of an uninterrupted run.
/// </summary>
internal sealed class ResultWriter(IResultStore store, WriterPlan plan, Action<int> stored, StageMeter meter) : Actor<WriterCommand>
{
    private readonly List<BlockMask>[] _open = [.. plan.ObjectIds.Select(_ => new List<BlockMask>(MaskBlock.Frames))];
    private int _next = plan.NextStep;
    private int _durable = plan.NextStep;

    public override async ValueTask PreStartAsync(CancellationToken cancellationToken)
    {
        var begun = _next % MaskBlock.Frames;
        for (var i = 0; i < _open.Length && begun > 0; i++)
        {
            var block = await store.ReadBlockAsync(plan.VideoId, plan.ObjectIds[i], _next / MaskBlock.Frames, cancellationToken);
            if (block is null || block.Masks.Count < begun)
                throw new InvalidDataException(
                    $"The checkpoint at step {_next} needs {begun} stored masks of object {plan.ObjectIds[i]}, but there are {block?.Masks.Count ?? 0}. The store was changed by hand; run again with an empty work folder.");
            _open[i].AddRange(block.Masks.Take(begun));
        }
    }

    public override async ValueTask ReceiveAsync(WriterCommand message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case WriterCommand.Write(var at, var masks):
                await WriteAsync(at, masks, cancellationToken);
                break;
            case WriterCommand.Flush(var reply):
                if (_durable < _next) await StoreAsync((_next - 1) / MaskBlock.Frames, cancellationToken);
                reply.Reply(_next);
                break;
        }
    }

    private async ValueTask WriteAsync(StepFrame at, IReadOnlyList<ObjectMask> masks, CancellationToken cancellationToken)
    {
        if (at.Step != _next) throw new InvalidOperationException($"Step {at.Step} came where step {_next} was due; steps are written in order.");
        var began = meter.Now;
        if (_next % MaskBlock.Frames == 0)
        {
            foreach (var block in _open) block.Clear();
        }

        for (var i = 0; i < _open.Length; i++) _open[i].Add(Encode(at, masks.FirstOrDefault(m => m.ObjectId == plan.ObjectIds[i])));
        _next++;
        if (_next % MaskBlock.Frames == 0) await StoreAsync((_next - 1) / MaskBlock.Frames, cancellationToken);
        meter.FrameDone(WorkStage.Write, began);
        stored(_next);
    }

    /// <summary>Masks of an unfinished block that are there from before.</summary>
    private async ValueTask<IEnumerable<BlockMask>> RestAsync(int place, int index, CancellationToken cancellationToken)
        => plan.Overwrites && _open[place].Count < MaskBlock.Frames && await store.ReadBlockAsync(plan.VideoId, plan.ObjectIds[place], index, cancellationToken) is { } before
            ? before.Masks.Skip(_open[place].Count) : [];

    private BlockMask Encode(StepFrame at, ObjectMask? mask)
        => mask is null
            ? new BlockMask(at.Frame, at.Pts, at.Seconds, ObjectScore: 0, PredictedIou: 0, RleCodec.Empty(plan.Height, plan.Width).Counts)
            : new BlockMask(
                at.Frame, at.Pts, at.Seconds, mask.ObjectScore, mask.PredictedIou, RleCodec.Encode(mask.Pixels, plan.Height, plan.Width).Counts);

    private async ValueTask StoreAsync(int index, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _open.Length; i++)
        {
            var block = new MaskBlock(plan.ObjectIds[i], index, plan.Height, plan.Width, [.. _open[i], .. await RestAsync(i, index, cancellationToken)]);
            await store.WriteBlockAsync(plan.VideoId, plan.Epoch, block, cancellationToken);
        }

        _durable = _next;
    }
}
