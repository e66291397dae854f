using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cluster.Tests.Sources;

public sealed class FileSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FileSourceTests()
    {
        Directory.CreateDirectory(_folder.File("root", "clips"));
        Directory.CreateDirectory(_folder.File("root-two"));
        Directory.CreateDirectory(_folder.File("outside"));
        Write("a film", "root", "clips", "a.mp4");
        Write("a secret", "outside", "b.mp4");
        Write("another secret", "root-two", "c.mp4");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SourceSettings Settings => new()
    {
        Roots = [new FileRoot(_folder.File("root"), "archive")],
        CacheFolder = _folder.File("cache"),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("archive:clips/a.mp4")]
    [InlineData("clips/a.mp4")]
    [InlineData("{root}/clips/a.mp4")]
    [InlineData("file://{root}/clips/a.mp4")]
    [InlineData("archive:clips/../clips/./a.mp4")]
    public async Task A_file_under_a_root_is_used_in_place(string source)
    {
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync(source.Replace("{root}", _folder.File("root")), Stop);
        Assert.Equal(_folder.File("root", "clips", "a.mp4"), video.LocalPath);
        Assert.Equal((6, Hash("a film")), (video.Bytes, video.ContentHash));
        video.Dispose();
        Assert.True(File.Exists(video.LocalPath));
    }

    [Theory]
    [InlineData("archive:../outside/b.mp4")]
    [InlineData("../outside/b.mp4")]
    [InlineData("{root}/../outside/b.mp4")]
    [InlineData("{root}-two/c.mp4")]
    [InlineData("/etc/passwd")]
    [InlineData("/no/such/file")]
    [InlineData("file:///etc/passwd")]
    [InlineData("archive:/etc/passwd")]
    [InlineData("other:a.mp4")]
    [InlineData("ftp://host/a.mp4")]
    [InlineData("")]
    public async Task Nothing_outside_of_the_roots_is_read_nor_its_existence_told(string source)
    {
        using var fetcher = new SourceFetcher(Settings);
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(source.Replace("{root}", _folder.File("root")), Stop));
        Assert.Equal(SourceErrorKind.NotAllowed, failure.Kind);
    }

    [Fact]
    public async Task A_link_is_followed_within_the_roots_and_not_out_of_them()
    {
        File.CreateSymbolicLink(_folder.File("root", "inside.mp4"), "clips/a.mp4");
        File.CreateSymbolicLink(_folder.File("root", "file.mp4"), _folder.File("outside", "b.mp4"));
        Directory.CreateSymbolicLink(_folder.File("root", "folder"), "../outside");
        Directory.CreateSymbolicLink(_folder.File("root", "step"), "folder");
        File.CreateSymbolicLink(_folder.File("root", "circle.mp4"), "circle.mp4");
        using var fetcher = new SourceFetcher(Settings);

        using var inside = await fetcher.FetchAsync("archive:inside.mp4", Stop);
        Assert.Equal(_folder.File("root", "clips", "a.mp4"), inside.LocalPath);
        foreach (var source in new[] { "file.mp4", "folder/b.mp4", "step/b.mp4", "step/../outside/b.mp4" })
            Assert.Equal(SourceErrorKind.NotAllowed, (await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync("archive:" + source, Stop))).Kind);
        Assert.Equal(SourceErrorKind.Unreadable, (await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync("archive:circle.mp4", Stop))).Kind);
    }

    [Fact]
    public async Task A_root_may_be_a_link_itself()
    {
        Directory.CreateSymbolicLink(_folder.File("mounted"), _folder.File("root"));
        using var fetcher = new SourceFetcher(Settings with { Roots = [new FileRoot(_folder.File("mounted"))] });
        using var video = await fetcher.FetchAsync(_folder.File("mounted", "clips", "a.mp4"), Stop);
        Assert.Equal(Hash("a film"), video.ContentHash);
    }

    [Fact]
    public async Task A_folder_of_pictures_is_a_video()
    {
        Write("2", "root", "frames", "00002.png");
        Write("1", "root", "frames", "00001.jpg");
        Write("notes", "root", "frames", "readme.txt");
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync("archive:frames", Stop);
        Assert.Equal((_folder.File("root", "frames"), 2L), (video.LocalPath, video.Bytes));
        // What "sha256sum 00001.jpg 00002.png | sha256sum" prints.
        Assert.Equal(Hash($"{Hash("1")}  00001.jpg\n{Hash("2")}  00002.png\n"), video.ContentHash);

        File.CreateSymbolicLink(_folder.File("root", "frames", "00003.png"), _folder.File("outside", "b.mp4"));
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync("archive:frames", Stop));
        Assert.Equal(SourceErrorKind.NotAllowed, failure.Kind);
        Assert.Contains("00003.png", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_a_video_is_refused_with_its_reason()
    {
        Write("", "root", "empty.mp4");
        using var fetcher = new SourceFetcher(Settings with { MaxBytes = 5 });
        await RefusedAsync(SourceErrorKind.NotFound, "There is no video 'archive:no.mp4'", "archive:no.mp4");
        await RefusedAsync(SourceErrorKind.Unreadable, "is empty", "archive:empty.mp4");
        await RefusedAsync(SourceErrorKind.TooLarge, "has 6 bytes; at most 5 are taken (sources.maxBytes)", "archive:clips/a.mp4");
        await RefusedAsync(SourceErrorKind.Unreadable, "folder without a JPEG or PNG picture", "archive:clips");

        async Task RefusedAsync(SourceErrorKind kind, string says, string source)
        {
            var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(source, Stop));
            Assert.Equal((kind, false), (failure.Kind, failure.IsTransient));
            Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_relative_path_needs_a_name_when_there_are_several_roots()
    {
        using var fetcher = new SourceFetcher(Settings with { Roots = [new FileRoot(_folder.File("root"), "one"), new FileRoot(_folder.File("root-two"), "two")] });
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync("clips/a.mp4", Stop));
        Assert.Contains("the names are one, two", failure.Message, StringComparison.Ordinal);
        using var video = await fetcher.FetchAsync("two:c.mp4", Stop);
        Assert.Equal(Hash("another secret"), video.ContentHash);

        // The only one without a name is the one that is meant.
        using var usual = new SourceFetcher(Settings with { Roots = [new FileRoot(_folder.File("root")), new FileRoot(_folder.File("root-two"), "two")] });
        using var plain = await usual.FetchAsync("clips/a.mp4", Stop);
        Assert.Equal(Hash("a film"), plain.ContentHash);
    }

    [Fact]
    public async Task An_unchanged_file_is_not_read_twice_for_its_hash()
    {
        var file = _folder.File("root", "clips", "a.mp4");
        var written = DateTime.UtcNow.AddHours(-1);
        File.SetLastWriteTimeUtc(file, written);
        using (var fetcher = new SourceFetcher(Settings)) (await fetcher.FetchAsync("archive:clips/a.mp4", Stop)).Dispose();

        // Other bytes under the same size and time: only a hash that was remembered, by another process, stays the same.
        File.WriteAllText(file, "A FILM");
        File.SetLastWriteTimeUtc(file, written);
        using var later = new SourceFetcher(Settings);
        using (var video = await later.FetchAsync("archive:clips/a.mp4", Stop)) Assert.Equal(Hash("a film"), video.ContentHash);
        File.SetLastWriteTimeUtc(file, written.AddTicks(1));
        using (var video = await later.FetchAsync("archive:clips/a.mp4", Stop)) Assert.Equal(Hash("A FILM"), video.ContentHash);
    }

    [Fact]
    public async Task A_file_written_just_now_is_read_again()
    {
        var file = _folder.File("root", "clips", "a.mp4");
        var time = new ManualTime();
        File.SetLastWriteTimeUtc(file, time.GetUtcNow().UtcDateTime);
        using var fetcher = new SourceFetcher(Settings, time);
        (await fetcher.FetchAsync("archive:clips/a.mp4", Stop)).Dispose();
        File.WriteAllText(file, "A FILM");
        File.SetLastWriteTimeUtc(file, time.GetUtcNow().UtcDateTime);
        using var video = await fetcher.FetchAsync("archive:clips/a.mp4", Stop);
        Assert.Equal(Hash("A FILM"), video.ContentHash);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private void Write(string text, params string[] parts)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(parts))!);
        File.WriteAllText(_folder.File(parts), text);
    }
}
