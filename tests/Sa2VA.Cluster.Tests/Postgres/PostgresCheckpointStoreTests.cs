using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Tests.Checkpoints;

namespace Sa2VA.Cluster.Tests.Postgres;

public sealed class PostgresCheckpointStoreTests(DatabaseFixture server) : CheckpointStoreConformance, IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresCheckpointStore _store = null!;
    private PostgresJournal _journal = null!;

    protected override ICheckpointStore Store => _store;

    private string Scratch => _folder.File("scratch");

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _store = new PostgresCheckpointStore(server.Database, Scratch);
        _journal = new PostgresJournal(server.Database);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_stale_epoch_neither_saves_nor_prunes()
    {
        var old = await ClaimAsync("v");
        await SaveAsync(_store, old, [1]);
        var current = await ClaimAsync("v");

        var refused = await Assert.ThrowsAsync<FencedException>(() => SaveAsync(_store, old, [2]));
        await Assert.ThrowsAsync<FencedException>(() => _store.PruneAsync("v", old, keep: null, Stop));

        Assert.Equal(current, refused.CurrentEpoch);
        Assert.Equal([1], await LoadAsync("v", "state"));
    }

    [Fact]
    public async Task An_owner_that_is_replaced_while_it_saves_is_refused()
    {
        var epoch = await ClaimAsync("v");
        await Assert.ThrowsAsync<FencedException>(() => _store.SaveAsync("v", epoch, "state", async path =>
        {
            await File.WriteAllBytesAsync(path, [1], Stop);
            await ClaimAsync("v");
        }, Stop));
        Assert.Null(await _store.OpenAsync("v", "state", Stop));
        Assert.Equal(0, await server.AskAsync<long>("SELECT count(*) FROM checkpoint_chunks"));
    }

    [Fact]
    public async Task A_video_that_nobody_claimed_takes_no_state()
        => await Assert.ThrowsAsync<FencedException>(() => SaveAsync(_store, 1, [1]));

    [Fact]
    public async Task What_was_replaced_or_pruned_leaves_no_rows_and_no_files()
    {
        var epoch = await ClaimAsync("v");
        await SaveAsync(_store, epoch, Bytes(3 << 20, seed: 1));
        await SaveAsync(_store, epoch, Bytes(2 << 20, seed: 2));
        Assert.Equal(2, await server.AskAsync<long>("SELECT count(*) FROM checkpoint_chunks"));
        (await _store.OpenAsync("v", "state", Stop))!.Dispose();
        await _store.PruneAsync("v", epoch, keep: null, Stop);
        Assert.Equal(0, await server.AskAsync<long>("SELECT (SELECT count(*) FROM checkpoints) + (SELECT count(*) FROM checkpoint_chunks)"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
    }

    [Fact]
    public async Task A_save_whose_answer_was_lost_is_repeated_and_keeps_one_state()
    {
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(endpoint: wire.Endpoint);
        var store = new PostgresCheckpointStore(database, Scratch);
        var epoch = await ClaimAsync("v");

        var lost = wire.LoseNextAnswer();
        var save = SaveAsync(store, epoch, Bytes(3 << 20, seed: 3));
        await lost;
        await wire.Refused.WaitAsync(Stop);
        wire.Accept();

        await save;
        Assert.Equal(Bytes(3 << 20, seed: 3), await LoadAsync("v", "state"));
        Assert.Equal(1, await server.AskAsync<long>("SELECT count(*) FROM checkpoints"));
    }

    [Fact]
    public async Task A_scratch_folder_that_cannot_be_used_is_named()
    {
        var epoch = await ClaimAsync("v");
        await SaveAsync(_store, epoch, [1]);
        var file = _folder.File("file");
        await File.WriteAllTextAsync(file, "no folder", Stop);
        var store = new PostgresCheckpointStore(server.Database, file);
        var saving = await Assert.ThrowsAsync<ScratchFolderException>(() => SaveAsync(store, epoch, [2]));
        await Assert.ThrowsAsync<ScratchFolderException>(() => store.OpenAsync("v", "state", Stop));
        Assert.Contains($"'{file}' (scratchFolder)", saving.Message, StringComparison.Ordinal);
        Assert.Equal([1], await LoadAsync("v", "state"));
    }

    [Fact]
    public async Task A_state_whose_rows_are_incomplete_is_refused()
    {
        await SaveAsync(_store, await ClaimAsync("v"), Bytes(3 << 20, seed: 1));
        await server.RunAsync("DELETE FROM checkpoint_chunks WHERE nr = 1");
        await Assert.ThrowsAsync<InvalidDataException>(() => _store.OpenAsync("v", "state", Stop));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
    }

    protected override async Task<long> ClaimAsync(string videoId) => await _journal.ClaimAsync(videoId, "a", Stop);

    private static Task SaveAsync(PostgresCheckpointStore store, long epoch, byte[] state)
        => store.SaveAsync("v", epoch, "state", path => File.WriteAllBytesAsync(path, state, Stop), Stop);
}
