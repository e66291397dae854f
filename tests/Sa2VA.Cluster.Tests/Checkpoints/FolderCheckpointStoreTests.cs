using Sa2VA.Cluster.Checkpoints;

namespace Sa2VA.Cluster.Tests.Checkpoints;

public sealed class FolderCheckpointStoreTests : CheckpointStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderCheckpointStore _store;

    public FolderCheckpointStoreTests() => _store = new FolderCheckpointStore(_folder.File("states"));

    protected override ICheckpointStore Store => _store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pruning_also_clears_what_a_killed_process_left_half_written()
    {
        await _store.SaveAsync("v", 1, "a", path => File.WriteAllTextAsync(path, "whole", Stop), Stop);
        await File.WriteAllTextAsync(_folder.File("states", "v", "b.new"), "half", Stop);
        await _store.PruneAsync("v", 1, keep: "a", Stop);
        Assert.Equal([_folder.File("states", "v", "a")], Directory.EnumerateFiles(_folder.File("states", "v")));
    }

    protected override Task<long> ClaimAsync(string videoId) => Task.FromResult(1L);
}
