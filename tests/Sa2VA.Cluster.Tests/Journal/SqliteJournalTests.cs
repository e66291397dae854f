using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Journal;

namespace Sa2VA.Cluster.Tests.Journal;

public sealed class SqliteJournalTests : JournalConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteJournal _journal;

    public SqliteJournalTests() => _journal = SqliteJournal.Open(File);

    protected override IJournal Journal => _journal;

    private string File => Path.Combine(_folder.FullPath, "journal.db");

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task History_is_there_when_the_file_is_opened_again()
    {
        var epoch = await _journal.ClaimAsync("v", "a", Stop);
        await _journal.AppendAsync("v", epoch, 0, [new JournalEntry("kept", new byte[] { 7 })], Stop);
        await _journal.SaveSnapshotAsync("v", epoch, new JournalSnapshot(1, "s", new byte[] { 8 }), Stop);
        _journal.Dispose();

        using var again = SqliteJournal.Open(File);
        Assert.Equal(new JournalHead(1, 1, "a"), await again.HeadAsync("v", Stop));
        Assert.Equal([8], (await again.LoadSnapshotAsync("v", Stop))!.Payload.ToArray());
    }

    [Fact]
    public async Task A_second_process_on_the_same_file_fences_the_first()
    {
        using var other = SqliteJournal.Open(File);
        var old = await _journal.ClaimAsync("v", "a", Stop);
        await other.ClaimAsync("v", "b", Stop);
        await Assert.ThrowsAsync<FencedException>(
            async () => await _journal.AppendAsync("v", old, 0, [new JournalEntry("late", default)], Stop));
    }

    [Fact]
    public async Task Histories_longer_than_a_page_are_read_whole()
    {
        var epoch = await _journal.ClaimAsync("v", "a", Stop);
        await _journal.AppendAsync("v", epoch, 0, [.. Enumerable.Range(0, 700).Select(i => new JournalEntry($"e{i}", default))], Stop);
        var seen = 0L;
        await foreach (var record in _journal.ReadAsync("v", 1, Stop)) Assert.Equal(++seen, record.Sequence);
        Assert.Equal(700, seen);
    }

    [Fact]
    public void A_file_that_is_no_journal_is_refused_by_name()
    {
        var file = Path.Combine(_folder.FullPath, "other.db");
        System.IO.File.WriteAllText(file, new string('x', 5000));
        var failure = Assert.Throws<InvalidDataException>(() => SqliteJournal.Open(file));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }
}
