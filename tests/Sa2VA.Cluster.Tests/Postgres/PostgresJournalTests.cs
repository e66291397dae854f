using Npgsql;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Postgres;

public sealed class PostgresJournalTests(DatabaseFixture server) : JournalConformance, IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private PostgresJournal _journal = null!;

    protected override IJournal Journal => _journal;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _journal = new PostgresJournal(server.Database);
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task History_is_there_for_the_next_process()
    {
        var epoch = await _journal.ClaimAsync("v", "a", Stop);
        await _journal.AppendAsync("v", epoch, 0, [Entry("kept", 7)], Stop);
        await _journal.SaveSnapshotAsync("v", epoch, new JournalSnapshot(1, "s", new byte[] { 8 }), Stop);

        await using var other = await server.OpenAnotherAsync();
        var again = new PostgresJournal(other);
        Assert.Equal(new JournalHead(1, 1, "a"), await again.HeadAsync("v", Stop));
        Assert.Equal([8], (await again.LoadSnapshotAsync("v", Stop))!.Payload.ToArray());
    }

    [Fact]
    public async Task Histories_longer_than_a_page_are_read_whole()
    {
        var epoch = await _journal.ClaimAsync("v", "a", Stop);
        await _journal.AppendAsync("v", epoch, 0, [.. Enumerable.Range(0, 700).Select(i => new JournalEntry($"e{i}", default))], Stop);
        Assert.Equal(Enumerable.Range(1, 700).Select(i => (long)i), (await RecordsAsync(_journal, "v")).Select(r => r.Sequence));
    }

    [Fact]
    public async Task Appending_nothing_checks_the_epoch_and_the_length_all_the_same()
    {
        var epoch = await _journal.ClaimAsync("v", "a", Stop);
        await _journal.AppendAsync("v", epoch, 0, [], Stop);
        await Assert.ThrowsAsync<SequenceConflictException>(async () => await _journal.AppendAsync("v", epoch, 1, [], Stop));
        await Assert.ThrowsAsync<FencedException>(async () => await _journal.AppendAsync("v", epoch + 1, 0, [], Stop));
    }

    [Fact]
    public async Task A_refused_snapshot_names_the_epoch_in_force()
    {
        var old = await _journal.ClaimAsync("v", "a", Stop);
        var current = await _journal.ClaimAsync("v", "b", Stop);
        var refused = await Assert.ThrowsAsync<FencedException>(
            async () => await _journal.SaveSnapshotAsync("v", old, new JournalSnapshot(0, "s", default), Stop));
        Assert.Equal(current, refused.CurrentEpoch);
    }

    [Fact]
    public async Task Writers_of_several_processes_that_race_lose_no_event_and_write_none_twice()
    {
        const int processes = 4, each = 25;
        var epoch = await _journal.ClaimAsync("v", "a", Stop);
        await Task.WhenAll(Enumerable.Range(0, processes).Select(async process =>
        {
            await using var database = await server.OpenAnotherAsync();
            var journal = new PostgresJournal(database);
            for (var i = 0; i < each;)
            {
                var head = await journal.HeadAsync("v", Stop);
                try
                {
                    await journal.AppendAsync("v", epoch, head.LastSequence, [new JournalEntry($"{process}/{i}", default)], Stop);
                    i++;
                }
                catch (SequenceConflictException)
                {
                    // Another one was faster.
                }
            }
        }));

        var records = await RecordsAsync(_journal, "v");
        Assert.Equal(Enumerable.Range(1, processes * each).Select(i => (long)i), records.Select(r => r.Sequence));
        Assert.Equal(processes * each, records.Select(r => r.Type).Distinct().Count());
    }

    [Fact]
    public async Task Claims_that_race_with_appends_let_nothing_of_an_old_epoch_follow_a_newer_one()
    {
        await using var other = await server.OpenAnotherAsync();
        var rival = new PostgresJournal(other);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(owner => Task.Run(async () =>
        {
            var journal = owner % 2 == 0 ? _journal : rival;
            for (var turn = 0; turn < 10; turn++)
            {
                var epoch = await journal.ClaimAsync("v", $"{owner}", Stop);
                try
                {
                    for (var last = (await journal.HeadAsync("v", Stop)).LastSequence; ; last++)
                    {
                        await journal.AppendAsync("v", epoch, last, [Entry("e", 1)], Stop);
                        if (last % 3 == 0) break;
                    }
                }
                catch (Exception refusal) when (refusal is FencedException or SequenceConflictException)
                {
                    // Taken over.
                }
            }
        }, Stop)));

        var records = await RecordsAsync(_journal, "v");
        Assert.Equal(records.Select(r => r.Epoch).Order(), records.Select(r => r.Epoch));
        Assert.Equal((await _journal.HeadAsync("v", Stop)).LastSequence, records.Count);
        Assert.Equal(40, (await _journal.HeadAsync("v", Stop)).Epoch);
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_written_once()
    {
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(endpoint: wire.Endpoint);
        var journal = new PostgresJournal(database);
        var epoch = await journal.ClaimAsync("v", "a", Stop);

        var lost = wire.LoseNextAnswer();
        var append = journal.AppendAsync("v", epoch, 0, [Entry("e", 1), Entry("f", 2)], Stop);
        await lost;
        await wire.Refused.WaitAsync(Stop);
        Assert.Equal(2, (await _journal.HeadAsync("v", Stop)).LastSequence);
        wire.Accept();

        await append;
        Assert.Equal(["e", "f"], (await RecordsAsync(_journal, "v")).Select(r => r.Type));
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_recognised_even_when_the_video_was_taken_over_since()
    {
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(endpoint: wire.Endpoint);
        var journal = new PostgresJournal(database);
        var epoch = await journal.ClaimAsync("v", "a", Stop);

        var lost = wire.LoseNextAnswer();
        var append = journal.AppendAsync("v", epoch, 0, [Entry("e", 1)], Stop);
        await lost;
        await wire.Refused.WaitAsync(Stop);
        await _journal.ClaimAsync("v", "b", Stop);
        wire.Accept();

        await append;
        await Assert.ThrowsAsync<FencedException>(async () => await journal.AppendAsync("v", epoch, 1, [Entry("f", 2)], Stop));
    }

    [Fact]
    public async Task An_append_that_did_not_arrive_is_refused_when_another_took_over_meanwhile()
    {
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(endpoint: wire.Endpoint);
        var journal = new PostgresJournal(database);
        var epoch = await journal.ClaimAsync("v", "a", Stop);

        wire.Refuse();
        var append = journal.AppendAsync("v", epoch, 0, [Entry("e", 1)], Stop).AsTask();
        await wire.Refused.WaitAsync(Stop);
        await _journal.ClaimAsync("v", "b", Stop);
        wire.Accept();

        await Assert.ThrowsAsync<FencedException>(() => append);
        Assert.Empty(await RecordsAsync(_journal, "v"));
    }

    [Fact]
    public async Task Calls_wait_for_a_server_that_is_away()
    {
        var told = new List<string>();
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(new PostgresOptions { Retrying = told.Add }, wire.Endpoint);
        var journal = new PostgresJournal(database);
        await journal.ClaimAsync("v", "a", Stop);

        wire.Refuse();
        var claim = journal.ClaimAsync("v", "b", Stop).AsTask();
        await wire.Refused.WaitAsync(Stop);
        Assert.False(claim.IsCompleted);
        wire.Accept();

        Assert.Equal(2, await claim);
        Assert.Contains(told, message => message.Contains("taking over 'v'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_that_a_restart_of_the_server_broke_are_replaced_all_at_once()
    {
        var told = new List<string>();
        await using var database = await server.OpenAnotherAsync(new PostgresOptions { Retrying = told.Add });
        var journal = new PostgresJournal(database);
        // Several, so that more than one of the pool is broken.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => journal.ClaimAsync($"v{i}", "a", Stop).AsTask()));
        await server.DisconnectAllAsync();

        await journal.AppendAsync("v1", 1, 0, [Entry("e", 1)], Stop);
        Assert.Single(await RecordsAsync(journal, "v1"));
        Assert.InRange(told.Count, 0, 1);
    }

    [Fact]
    public async Task A_server_that_stays_away_longer_than_the_patience_is_reported_with_what_was_tried()
    {
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(new PostgresOptions { Patience = TimeSpan.Zero }, wire.Endpoint);
        wire.Refuse();
        var failure = await Assert.ThrowsAsync<ServerUnavailableException>(
            async () => await new PostgresJournal(database).AppendAsync("job-1", 1, 0, [Entry("e", 1)], Stop));
        Assert.Contains("appending to 'job-1'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{wire.Endpoint}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Endpoint.Password!.Reveal(), failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_projection_that_fails_takes_the_append_with_it()
    {
        var journal = new PostgresJournal(server.Database, new Projecting("SELECT 1 / 0"));
        var epoch = await journal.ClaimAsync("v", "a", Stop);
        await Assert.ThrowsAsync<PostgresException>(async () => await journal.AppendAsync("v", epoch, 0, [Entry("e", 1)], Stop));
        Assert.Empty(await RecordsAsync(journal, "v"));
        Assert.Equal(0, (await journal.HeadAsync("v", Stop)).LastSequence);
    }

    [Fact]
    public async Task A_projection_sees_an_accepted_append_only()
    {
        var journal = new PostgresJournal(server.Database, new Projecting("INSERT INTO outbox (priority, job_id, number) SELECT 0, 'p', count(*) FROM journal"));
        var epoch = await journal.ClaimAsync("v", "a", Stop);
        await Assert.ThrowsAsync<SequenceConflictException>(async () => await journal.AppendAsync("v", epoch, 5, [Entry("e", 1)], Stop));
        Assert.Equal(0, await server.AskAsync<long>("SELECT count(*) FROM outbox"));
        await journal.AppendAsync("v", epoch, 0, [Entry("e", 1), Entry("f", 2)], Stop);
        Assert.Equal(2, await server.AskAsync<int>("SELECT number FROM outbox"));
    }

    private static JournalEntry Entry(string type, byte number) => new(type, new[] { number });

    private static async Task<List<JournalRecord>> RecordsAsync(PostgresJournal journal, string id)
    {
        var records = new List<JournalRecord>();
        await foreach (var record in journal.ReadAsync(id, 1, Stop)) records.Add(record);
        return records;
    }

    private sealed class Projecting(string sql) : IJournalProjection
    {
        public IEnumerable<NpgsqlBatchCommand> Project(string persistenceId, long epoch, IReadOnlyList<JournalEntry> entries) => [new(sql)];
    }
}
