using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Archive;

public sealed class ArchiveSettingsTests
{
    private static readonly S3ArchiveSettings s_bucket = new() { Bucket = "masks" };

    [Fact]
    public void There_is_none_a_folder_or_a_bucket()
    {
        Assert.Null(new ArchiveSettings().Open());
        Assert.IsType<FolderArchive>(new ArchiveSettings { Folder = Path.GetTempPath() }.Open());
        using var bucket = Assert.IsType<S3Archive>(new ArchiveSettings { S3 = s_bucket with { AccessKey = "key", SecretKey = new Secret("secret") } }.Open());
    }

    [Fact]
    public void Two_archives_are_one_too_many()
    {
        var failure = Assert.Throws<SettingsException>(() => new ArchiveSettings { Folder = "/archive", S3 = s_bucket }.Open());
        Assert.Contains("Archive:Folder is '/archive' and Archive:S3 is s3://masks/sa2va", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_a_full_path()
        => Assert.Contains("Archive:Folder", Assert.Throws<SettingsException>(() => new ArchiveSettings { Folder = "archive" }.Open()).Message, StringComparison.Ordinal);
}
