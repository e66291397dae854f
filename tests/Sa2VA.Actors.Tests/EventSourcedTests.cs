using System.Text;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Actors.Tests;

public sealed class EventSourcedTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly InMemoryJournal _journal = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(29)]
    public async Task State_survives_a_restart_at_any_point_between_snapshots(int restartAfter)
    {
        await using var system = new ActorSystem();
        var first = system.Spawn("a", () => new Sum(_journal));
        for (var i = 1; i <= restartAfter; i++) await first.TellAsync(new Command.Add(i), Stop);
        await first.StopAsync(cancellationToken: Stop);

        var second = system.Spawn("a", () => new Sum(_journal));
        for (var i = restartAfter + 1; i <= 30; i++) await second.TellAsync(new Command.Add(i), Stop);
        Assert.Equal("465 of 30", await second.AskAsync<string>(r => new Command.Get(r), Long, Stop));
        Assert.Equal(30, (await _journal.HeadAsync("sum", Stop)).LastSequence);
    }

    [Fact]
    public async Task A_command_that_changes_nothing_appends_nothing()
    {
        await using var system = new ActorSystem();
        var sum = system.Spawn("a", () => new Sum(_journal));
        await sum.TellAsync(new Command.Add(0), Stop);
        await sum.AskAsync<string>(r => new Command.Get(r), Long, Stop);
        Assert.Equal(0, (await _journal.HeadAsync("sum", Stop)).LastSequence);
    }

    [Fact]
    public async Task An_owner_that_was_replaced_stops_before_it_acts()
    {
        await using var system = new ActorSystem();
        var acted = new List<int>();
        var old = system.Spawn("old", () => new Sum(_journal, acted), new ActorOptions { Supervision = JournalSupervision.Default });
        await old.AskAsync<string>(r => new Command.Get(r), Long, Stop);
        var current = system.Spawn("new", () => new Sum(_journal));
        await current.TellAsync(new Command.Add(5), Stop);
        await current.AskAsync<string>(r => new Command.Get(r), Long, Stop);

        await old.TellAsync(new Command.Add(7), Stop);
        await Assert.ThrowsAsync<FencedException>(() => old.Terminated);
        Assert.Empty(acted);
        Assert.Equal("5 of 1", await current.AskAsync<string>(r => new Command.Get(r), Long, Stop));
    }

    [Fact]
    public async Task A_journal_with_a_hole_is_refused()
    {
        var epoch = await _journal.ClaimAsync("sum", "test", Stop);
        await _journal.SaveSnapshotAsync("sum", epoch, new JournalSnapshot(2, "sum", "3 2"u8.ToArray()), Stop);
        await _journal.AppendAsync("sum", epoch, 0, [.. Enumerable.Range(1, 4).Select(Entry)], Stop);
        await using var system = new ActorSystem();
        var sum = system.Spawn("a", () => new Sum(new Holed(_journal, missing: 3)), new ActorOptions { Supervision = SupervisionStrategy.StopOnFailure });
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => sum.Terminated);
        Assert.Contains("from event 2 to 4", failure.Message, StringComparison.Ordinal);
    }

    private static JournalEntry Entry(int number) => new("added", Encoding.UTF8.GetBytes($"{number}"));

    private abstract record Command
    {
        public sealed record Add(int Number) : Command;

        public sealed record Get(ReplyTo<string> Reply) : Command;
    }

    private sealed record Total(int Value, int Count);

    private sealed class Sum(IJournal journal, List<int>? acted = null)
        : EventSourced<Total, Command, int>(journal, new Codec(), "sum", "test")
    {
        protected override int SnapshotEvery => 8;

        protected override Total Initial => new(0, 0);

        protected override IReadOnlyList<int> Decide(Total state, Command command, DateTimeOffset now)
            => command is Command.Add { Number: not 0 } add ? [add.Number] : [];

        protected override Total Evolve(Total state, int happened) => new(state.Value + happened, state.Count + 1);

        protected override ValueTask ActAsync(Command command, IReadOnlyList<int> happened, CancellationToken cancellationToken)
        {
            acted?.AddRange(happened);
            if (command is Command.Get(var reply)) reply.Reply($"{State.Value} of {State.Count}");
            return default;
        }
    }

    private sealed class Codec : IEventCodec<Total, int>
    {
        public JournalEntry Encode(int happened) => Entry(happened);

        public int Decode(JournalRecord record) => int.Parse(Encoding.UTF8.GetString(record.Payload.Span));

        public JournalSnapshot EncodeState(Total state, long sequence)
            => new(sequence, "sum", Encoding.UTF8.GetBytes($"{state.Value} {state.Count}"));

        public Total DecodeState(JournalSnapshot snapshot)
        {
            var parts = Encoding.UTF8.GetString(snapshot.Payload.Span).Split(' ');
            return new Total(int.Parse(parts[0]), int.Parse(parts[1]));
        }
    }

    /// <summary>A journal that has lost one event.</summary>
    private sealed class Holed(IJournal inner, long missing) : IJournal
    {
        public ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken)
            => inner.ClaimAsync(persistenceId, owner, cancellationToken);

        public ValueTask AppendAsync(string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
            => inner.AppendAsync(persistenceId, epoch, lastSequence, entries, cancellationToken);

        public async IAsyncEnumerable<JournalRecord> ReadAsync(
            string persistenceId, long fromSequence, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var record in inner.ReadAsync(persistenceId, fromSequence, cancellationToken))
            {
                if (record.Sequence != missing) yield return record;
            }
        }

        public ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken)
            => inner.SaveSnapshotAsync(persistenceId, epoch, snapshot, cancellationToken);

        public ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
            => inner.LoadSnapshotAsync(persistenceId, cancellationToken);

        public ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken)
            => inner.HeadAsync(persistenceId, cancellationToken);
    }
}
