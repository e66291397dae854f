using Sa2VA.Actors.Journaling;
using Xunit;

namespace Sa2VA.Testing;

/// <summary>What every journal adapter promises. A test class per adapter derives from it.</summary>
public abstract class JournalConformance
{
    private const string Id = "video/1";

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An empty journal.</summary>
    protected abstract IJournal Journal { get; }

    [Fact]
    public async Task An_unknown_id_has_no_history()
    {
        Assert.Equal(0, (await Journal.HeadAsync(Id, Stop)).Epoch);
        Assert.Empty(await EventsAsync(1));
        Assert.Null(await Journal.LoadSnapshotAsync(Id, Stop));
    }

    [Fact]
    public async Task Each_claim_raises_the_epoch_by_one_and_names_the_owner()
    {
        Assert.Equal(1, await Journal.ClaimAsync(Id, "a", Stop));
        Assert.Equal(2, await Journal.ClaimAsync(Id, "b", Stop));
        Assert.Equal(new JournalHead(2, 0, "b"), await Journal.HeadAsync(Id, Stop));
    }

    [Fact]
    public async Task Events_come_back_in_order_with_their_bytes()
    {
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        await Journal.AppendAsync(Id, epoch, 0, [Event("first", 1), Event("second", 2)], Stop);
        await Journal.AppendAsync(Id, epoch, 2, [Event("third", 3)], Stop);

        var records = await EventsAsync(1);
        Assert.Equal(["first", "second", "third"], records.Select(r => r.Type));
        Assert.Equal([1L, 2, 3], records.Select(r => r.Sequence));
        Assert.All(records, r => Assert.Equal([(byte)r.Sequence, 0, 255], r.Payload.ToArray()));
        Assert.All(records, r => Assert.Equal(epoch, r.Epoch));
    }

    [Fact]
    public async Task Reading_can_start_in_the_middle()
    {
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        await Journal.AppendAsync(Id, epoch, 0, [Event("a", 1), Event("b", 2), Event("c", 3)], Stop);
        Assert.Equal(["c"], (await EventsAsync(3)).Select(r => r.Type));
        Assert.Empty(await EventsAsync(4));
    }

    [Fact]
    public async Task Opening_claims_and_gives_the_snapshot_and_what_is_behind_it()
    {
        var first = await Journal.OpenAsync(Id, "a", Stop);
        Assert.Equal((1, 0), (first.Epoch, first.Records.Count));
        Assert.Null(first.Snapshot);
        await Journal.AppendAsync(Id, first.Epoch, 0, [Event("a", 1), Event("b", 2), Event("c", 3)], Stop);
        Assert.Equal(["a", "b", "c"], await OpenedAsync(await Journal.OpenAsync(Id, "b", Stop)));

        await Journal.SaveSnapshotAsync(Id, 2, new JournalSnapshot(2, "s", new byte[] { 7 }), Stop);
        var last = await Journal.OpenAsync(Id, "c", Stop);
        Assert.Equal((3, 2L), (last.Epoch, last.Snapshot!.Sequence));
        Assert.Equal(["c"], await OpenedAsync(last));
        Assert.Equal(new JournalHead(3, 3, "c"), await Journal.HeadAsync(Id, Stop));
    }

    [Fact]
    public async Task A_long_history_is_opened_whole()
    {
        const int count = 600;
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        await Journal.AppendAsync(Id, epoch, 0, [.. Enumerable.Range(1, count).Select(i => Event($"{i}", (byte)i))], Stop);
        Assert.Equal(Enumerable.Range(1, count).Select(i => $"{i}"), await OpenedAsync(await Journal.OpenAsync(Id, "b", Stop)));
    }

    [Fact]
    public async Task A_stale_epoch_never_writes()
    {
        var old = await Journal.ClaimAsync(Id, "a", Stop);
        var current = await Journal.ClaimAsync(Id, "b", Stop);

        var refused = await Assert.ThrowsAsync<FencedException>(
            async () => await Journal.AppendAsync(Id, old, 0, [Event("late", 1)], Stop));
        await Assert.ThrowsAsync<FencedException>(
            async () => await Journal.SaveSnapshotAsync(Id, old, new JournalSnapshot(0, "s", new byte[] { 1 }), Stop));

        Assert.Equal(current, refused.CurrentEpoch);
        Assert.Empty(await EventsAsync(1));
        Assert.Null(await Journal.LoadSnapshotAsync(Id, Stop));
    }

    [Fact]
    public async Task An_epoch_that_was_never_claimed_is_refused()
        => await Assert.ThrowsAsync<FencedException>(async () => await Journal.AppendAsync(Id, 1, 0, [Event("x", 1)], Stop));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_wrong_sequence_number_is_refused_and_writes_nothing(long believed)
    {
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        await Journal.AppendAsync(Id, epoch, 0, [Event("only", 1)], Stop);
        await Assert.ThrowsAsync<SequenceConflictException>(
            async () => await Journal.AppendAsync(Id, epoch, believed, [Event("x", 1), Event("y", 2)], Stop));
        Assert.Equal(["only"], (await EventsAsync(1)).Select(r => r.Type));
    }

    [Fact]
    public async Task The_latest_snapshot_is_kept_and_an_older_one_ignored()
    {
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        await Journal.SaveSnapshotAsync(Id, epoch, new JournalSnapshot(4, "state", new byte[] { 4 }), Stop);
        await Journal.SaveSnapshotAsync(Id, epoch, new JournalSnapshot(9, "state", new byte[] { 9 }), Stop);
        await Journal.SaveSnapshotAsync(Id, epoch, new JournalSnapshot(5, "state", new byte[] { 5 }), Stop);

        var snapshot = await Journal.LoadSnapshotAsync(Id, Stop);
        Assert.Equal(9, snapshot!.Sequence);
        Assert.Equal([9], snapshot.Payload.ToArray());
    }

    [Fact]
    public async Task Ids_do_not_see_each_other()
    {
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        var other = await Journal.ClaimAsync("video/2", "a", Stop);
        await Journal.AppendAsync(Id, epoch, 0, [Event("mine", 1)], Stop);
        await Journal.AppendAsync("video/2", other, 0, [Event("theirs", 2)], Stop);
        Assert.Equal(["mine"], (await EventsAsync(1)).Select(r => r.Type));
    }

    [Fact]
    public async Task Of_many_writers_with_the_same_belief_exactly_one_appends()
    {
        var epoch = await Journal.ClaimAsync(Id, "a", Stop);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => TryAppendAsync(epoch, i), Stop)));
        Assert.Equal(1, outcomes.Count(written => written));
        Assert.Single(await EventsAsync(1));
    }

    [Fact]
    public async Task Claims_made_at_the_same_time_get_different_epochs()
    {
        var epochs = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(async () => await Journal.ClaimAsync(Id, $"n{i}", Stop), Stop)));
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (long)i), epochs.Order());
    }

    [Fact]
    public async Task A_cancelled_token_is_honoured()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Journal.ClaimAsync(Id, "a", cancelled.Token));
    }

    private static JournalEntry Event(string type, byte number) => new(type, new byte[] { number, 0, 255 });

    private async Task<bool> TryAppendAsync(long epoch, int writer)
    {
        try
        {
            await Journal.AppendAsync(Id, epoch, 0, [Event($"w{writer}", 1)], Stop);
            return true;
        }
        catch (SequenceConflictException)
        {
            return false;
        }
    }

    /// <summary>Types of all events that an owner gets to see who opened like this.</summary>
    private async Task<List<string>> OpenedAsync(JournalOpening opening)
    {
        var types = opening.Records.Select(record => record.Type).ToList();
        var next = (opening.Snapshot?.Sequence ?? 0) + types.Count + 1;
        if (opening.HasMore) types.AddRange((await EventsAsync(next)).Select(record => record.Type));
        return types;
    }

    private async Task<List<JournalRecord>> EventsAsync(long from)
    {
        var records = new List<JournalRecord>();
        await foreach (var record in Journal.ReadAsync(Id, from, Stop)) records.Add(record);
        return records;
    }
}
