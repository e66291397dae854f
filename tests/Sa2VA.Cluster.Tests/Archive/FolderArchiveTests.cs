using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Results;

namespace Sa2VA.Cluster.Tests.Archive;

public sealed class FolderArchiveTests : ResultStoreConformance, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArchive _archive;

    public FolderArchiveTests() => _archive = new FolderArchive(_folder.File("archive"));

    protected override IResultStore Store => _archive;

    public async ValueTask InitializeAsync() => await _archive.CheckAsync(Stop);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Its_files_are_those_of_an_embedded_run()
    {
        await _archive.ClaimAsync(Video, 1, Stop);
        await _archive.WriteBlockAsync(Video, 1, SomeBlock(3, 2, 5), Stop);
        Assert.Equal(MaskBlockFormat.Encode(SomeBlock(3, 2, 5)), await File.ReadAllBytesAsync(_folder.File("archive", Video, "object-0003", "block-000002.s2mb"), Stop));
    }

    [Fact]
    public async Task A_folder_that_is_not_mounted_is_not_written_into()
    {
        await _archive.ClaimAsync(Video, 1, Stop);
        Directory.Move(_folder.File("archive"), _folder.File("unmounted"));
        Directory.CreateDirectory(_folder.File("archive"));
        var away = await Assert.ThrowsAsync<ArchiveAwayException>(() => _archive.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 5), Stop));
        Assert.Contains("is its file system mounted?", away.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("archive")));
        await Assert.ThrowsAsync<ArchiveAwayException>(() => _archive.ReadBlockAsync(Video, 1, 0, Stop));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_one_is_named()
    {
        await File.WriteAllTextAsync(_folder.File("file"), "", Stop);
        var failure = await Assert.ThrowsAsync<SettingsException>(() => new FolderArchive(_folder.File("file")).CheckAsync(Stop));
        Assert.Contains($"Archive:Folder '{_folder.File("file")}'", failure.Message, StringComparison.Ordinal);
    }
}
