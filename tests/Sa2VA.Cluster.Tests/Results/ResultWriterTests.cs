using Sa2VA.Actors;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Tests.Results;

public sealed class ResultWriterTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(130)]
    public async Task A_writer_that_goes_on_after_another_died_leaves_the_same_bytes(int checkpoint)
    {
        var whole = new FolderResultStore(_folder.File("whole"));
        await WriteAsync(whole, epoch: 1, from: 0, to: 150, flush: true);

        var broken = new FolderResultStore(_folder.File("broken"));
        await WriteAsync(broken, epoch: 1, from: 0, to: checkpoint, flush: true);
        await WriteAsync(broken, epoch: 2, from: checkpoint, to: Math.Min(checkpoint + 70, 150), flush: false);
        await WriteAsync(broken, epoch: 3, from: checkpoint, to: 150, flush: true);

        foreach (var id in (int[])[1, 2])
            Assert.Equal(await whole.ChainAsync("v", id, 3, Stop), await broken.ChainAsync("v", id, 3, Stop));
    }

    [Fact]
    public async Task What_was_flushed_can_be_read_back_and_absent_objects_are_empty()
    {
        var store = new FolderResultStore(_folder.FullPath);
        await WriteAsync(store, epoch: 1, from: 0, to: 70, flush: true);
        var steps = new List<StoredStep>();
        await foreach (var step in new StoredMasks(store, "v", [1, 2], 70).ReadAsync(Stop)) steps.Add(step);

        Assert.Equal(Enumerable.Range(0, 70), steps.Select(s => s.Step));
        Assert.All(steps, s => Assert.Equal((s.Step * 3, s.Step * 100L), (s.Frame, s.Pts)));
        Assert.All(steps, s => Assert.Equal(Pixels(s.Step), Sa2VA.Media.Masks.RleCodec.Decode(s.Masks[0].Rle)));
        Assert.All(steps, s => Assert.Equal(0, Sa2VA.Media.Masks.RleCodec.Area(s.Masks[1].Rle)));
    }

    [Fact]
    public async Task Masks_behind_the_last_one_that_is_written_over_stay()
    {
        var store = new FolderResultStore(_folder.FullPath);
        await WriteAsync(store, epoch: 1, from: 0, to: 70, flush: true);
        await store.ClaimAsync("v", 2, Stop);
        await using var system = new ActorSystem();
        var plan = new WriterPlan("v", 2, [1], 5, 4, NextStep: 30) { Overwrites = true };
        var writer = system.Spawn("writer", () => new ResultWriter(store, plan, _ => { }, StageMeter.None));
        for (var step = 30; step < 40; step++) await writer.TellAsync(Step(step + 1, at: step), Stop);
        await writer.AskAsync<int>(r => new WriterCommand.Flush(r), Long, Stop);
        var block = (await store.ReadBlockAsync("v", 1, 0, Stop))!;
        Assert.Equal(
            Enumerable.Range(0, 64).Select(step => Pixels(step is >= 30 and < 40 ? step + 1 : step)),
            block.Masks.Select(mask => Sa2VA.Media.Masks.RleCodec.Decode(new Sa2VA.Media.Masks.Rle(5, 4, mask.Counts))));
    }

    [Fact]
    public async Task A_checkpoint_without_its_masks_is_refused()
    {
        var store = new FolderResultStore(_folder.FullPath);
        await store.ClaimAsync("v", 1, Stop);
        await using var system = new ActorSystem();
        var writer = Spawn(system, store, epoch: 1, nextStep: 10);
        Assert.Contains("needs 10 stored masks", (await Assert.ThrowsAsync<InvalidDataException>(() => writer.Terminated)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused()
    {
        var store = new FolderResultStore(_folder.FullPath);
        await store.ClaimAsync("v", 1, Stop);
        await using var system = new ActorSystem();
        var writer = Spawn(system, store, epoch: 1, nextStep: 0);
        await writer.TellAsync(Step(1), Stop);
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.Terminated);
    }

    private static async Task WriteAsync(FolderResultStore store, long epoch, int from, int to, bool flush)
    {
        await store.ClaimAsync("v", epoch, Stop);
        await using var system = new ActorSystem();
        var writer = Spawn(system, store, epoch, from);
        for (var step = from; step < to; step++) await writer.TellAsync(Step(step), Stop);
        if (flush) Assert.Equal(to, await writer.AskAsync<int>(r => new WriterCommand.Flush(r), Long, Stop));
    }

    private static ActorRef<WriterCommand> Spawn(ActorSystem system, IResultStore store, long epoch, int nextStep)
        => system.Spawn(
            "writer", () => new ResultWriter(store, new WriterPlan("v", epoch, [1, 2], 5, 4, nextStep), _ => { }, StageMeter.None),
            new ActorOptions { MailboxCapacity = 1, Supervision = SupervisionStrategy.StopOnFailure });

    private static WriterCommand Step(int step, int? at = null)
        => new WriterCommand.Write(new StepFrame(at ?? step, step * 3, step * 100, step * 0.04), [new ObjectMask(1, Pixels(step), step, 0.5f)]);

    private static byte[] Pixels(int step)
    {
        var pixels = new byte[20];
        pixels[step % 20] = 1;
        return pixels;
    }
}
