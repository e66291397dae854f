using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class RefShapesWriterTests : IClassFixture<RefShapesWriterTests.WrittenSplit>
{
    private const int Videos = 2;
    private readonly WrittenSplit _written;

    public RefShapesWriterTests(WrittenSplit written) => _written = written;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void What_was_written_is_told()
    {
        Assert.Equal(Path.Combine(_written.Root, "val"), _written.Told.Folder);
        Assert.Equal((Videos, _written.Drawn.Sum(v => v.FrameCount), _written.Drawn.Sum(v => v.Expressions.Count)), (_written.Told.Videos, _written.Told.Frames, _written.Told.Expressions));
        Assert.Equal(Enumerable.Range(1, _written.Told.Frames), _written.Progress.Select(p => p.Done));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_written.Root, "*.partial", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("mevis")]
    [InlineData("ref-youtube-vos")]
    public void Each_layout_reads_back(string format)
    {
        var dataset = DatasetOpener.Open(_written.Root, format, "val");
        Assert.Equal(_written.Drawn.Select(v => v.Id), dataset.Videos.Select(v => v.Id));
        var owners = new byte[RefShapesVideo.FrameWidth * RefShapesVideo.FrameHeight];
        var mask = new byte[owners.Length];
        foreach (var (drawn, read) in _written.Drawn.Zip(dataset.Videos))
        {
            Assert.Equal((drawn.Width, drawn.Height, drawn.FrameCount, true), (read.Width, read.Height, read.FrameNames.Count, read.HasTruth));
            Assert.Equal(
                drawn.Expressions.Select(e => (e.Id, e.Text, e.Level.ToString().ToLowerInvariant(), e.Objects.Count == 0)),
                read.Expressions.Select(e => (e.Id, e.Text, e.Level!, e.IsAbsent)));
            for (var frame = 0; frame < drawn.FrameCount; frame += 7)
            {
                var rgb = new byte[owners.Length * 3];
                drawn.Render(frame, rgb, owners);
                using var picture = read.ReadFrame(frame);
                Assert.InRange(Decibels(rgb, picture.Pixels), 30, 99);
                foreach (var (meant, expression) in drawn.Expressions.Zip(read.Expressions))
                {
                    drawn.Mask(meant, owners, mask);
                    Assert.Equal(mask, RleCodec.Decode(read.Truth(expression, frame)));
                }
            }
        }
    }

    [Fact]
    public void Palette_pictures_hold_who_is_seen()
    {
        var (rgb, owners) = (new byte[RefShapesVideo.FrameWidth * RefShapesVideo.FrameHeight * 3], new byte[RefShapesVideo.FrameWidth * RefShapesVideo.FrameHeight]);
        foreach (var drawn in _written.Drawn)
        {
            for (var frame = 0; frame < drawn.FrameCount; frame += 5)
            {
                drawn.Render(frame, rgb, owners);
                var picture = PngReader.Read(Path.Combine(_written.Root, "val", "Annotations", drawn.Id, $"{frame:00000}.png"));
                Assert.True(picture.IsIndexed);
                Assert.Equal(owners, picture.Pixels);
            }
        }
    }

    [Fact]
    public async Task Every_video_file_has_all_frames_at_their_rate()
    {
        foreach (var drawn in _written.Drawn)
        {
            var info = await MediaProbe.ProbeAsync(Path.Combine(_written.Root, "val", "videos", drawn.Id + ".mp4"), MediaLimits.Default, Token);
            Assert.Equal((drawn.Width, drawn.Height, (long)drawn.FrameCount, 12.0), (info.Width, info.Height, info.FrameCount, info.NominalRate));
        }
    }

    [Fact]
    public async Task A_stopped_writer_goes_on_with_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        var options = new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = folder.FullPath, Videos = Videos };
        var split = folder.File("val");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = _written.Drawn[0].FrameCount;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RefShapesWriter.WriteAsync(options, new Frames(p =>
        {
            if (p.Done == first + 3) stop.Cancel();
        }), stop.Token));
        Assert.True(Directory.Exists(Path.Combine(split, "JPEGImages", _written.Drawn[0].Id)));
        Assert.False(Directory.Exists(Path.Combine(split, "JPEGImages", _written.Drawn[1].Id)));
        Assert.False(File.Exists(Path.Combine(split, "mask_dict.json")));

        var kept = Path.Combine(split, "JPEGImages", _written.Drawn[0].Id, "00000.jpg");
        File.WriteAllText(kept, "still the first writer's");
        await RefShapesWriter.WriteAsync(options, null, Token);
        Assert.Equal("still the first writer's", File.ReadAllText(kept));
        Assert.Equal(Files(_written.Root), Files(folder.FullPath));
        foreach (var name in (string[])["mask_dict.json", "meta_expressions.json"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(_written.Root, "val", name)), File.ReadAllBytes(Path.Combine(split, name)));

        static IEnumerable<string> Files(string root) =>
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Videos_of_two_seeds_never_lie_together()
    {
        var refusal = await Assert.ThrowsAsync<DatasetException>(() => RefShapesWriter.WriteAsync(
            new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = _written.Root, Seed = 5, Videos = 1 }, null, Token));
        Assert.Contains("seed 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("seed 5", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_of_videos_that_make_no_sense_are_refused()
    {
        using var folder = new TemporaryFolder();
        foreach (var (split, videos, words) in ((RefShapesSplit, int?, string)[])
            [(RefShapesSplit.Train, null, "no end"), (RefShapesSplit.Val, 65, "64"), (RefShapesSplit.Test, 0, "At least one")])
        {
            var refusal = await Assert.ThrowsAsync<DatasetException>(() => RefShapesWriter.WriteAsync(
                new RefShapesWriteOptions { Split = split, Folder = folder.FullPath, Videos = videos }, null, Token));
            Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_mark_is_named()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("val"));
        await File.WriteAllTextAsync(folder.File("val", "ref-shapes.json"), "{\"version\": ", Token);
        var refusal = await Assert.ThrowsAsync<DatasetException>(() => RefShapesWriter.WriteAsync(
            new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = folder.FullPath, Videos = 1 }, null, Token));
        Assert.Contains("ref-shapes.json", refusal.Message, StringComparison.Ordinal);
    }

    internal static double Decibels(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        var error = 0L;
        for (var i = 0; i < expected.Length; i++) error += (expected[i] - actual[i]) * (expected[i] - actual[i]);
        return 10 * Math.Log10(255.0 * 255 * expected.Length / error);
    }

    private sealed class Frames(Action<(int Done, int Total)> told) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => told(value);
    }

    /// <summary>The first videos of the val split, in both layouts.</summary>
    public sealed class WrittenSplit : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public string Root => _folder.FullPath;

        public IReadOnlyList<RefShapesVideo> Drawn { get; } = [.. Enumerable.Range(0, Videos).Select(i => RefShapesVideo.Create(RefShapesSplit.Val, 0, i))];

        public List<(int Done, int Total)> Progress { get; } = [];

        public RefShapesWritten Told { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Told = await RefShapesWriter.WriteAsync(
            new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = Root, Videos = Videos }, new Frames(Progress.Add), Token);

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
