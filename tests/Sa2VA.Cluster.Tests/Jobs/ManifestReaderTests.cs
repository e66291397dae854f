using System.Text;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Jobs;

public sealed class ManifestReaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_is_a_video_and_what_to_find_in_it()
    {
        var video = Assert.Single(await ReadAsync(
            """{"video": "archive:a.mp4", "expressions": ["the dog", "the cat"], "frames": {"first": 10, "last": 99, "stride": 2}, "name": "first"}"""));
        Assert.Equal(("archive:a.mp4", new FrameSelection(10, 99, 2), "first"), (video.Source, video.Frames, video.Name));
        Assert.Equal([new RunTarget.Expression("the dog"), new RunTarget.Expression("the cat")], video.Targets);
    }

    [Fact]
    public async Task Questions_and_a_caption_come_after_what_is_to_be_found()
    {
        var videos = await ReadAsync(
            """{"video":"a.mp4","questions":["What happens?","Who wins?"],"caption":true,"expressions":["the dog"],"prompts":[{"label":"ball","frame":0,"box":[1,2,3,4]}]}""" + "\n" + """{"video":"a.mp4","questions":["Why?"],"caption":false}""" + "\n" + """{"video":"a.mp4","caption":true}""");
        Assert.Equal(["the dog", "ball", "What happens?", "Who wins?", "caption"], videos[0].Targets.Select(target => target.Label));
        Assert.Equal([new RunTarget.Question("What happens?"), new RunTarget.Question("Who wins?"), new RunTarget.Caption()], videos[0].Targets.Skip(2));
        Assert.Equal(new RunTarget.Question("Why?"), Assert.Single(videos[1].Targets));
        Assert.Equal(new RunTarget.Caption(), Assert.Single(videos[2].Targets));
    }

    [Fact]
    public async Task What_is_left_out_has_a_meaning()
    {
        var videos = await ReadAsync("""{"video": "a.mp4", "expressions": ["x"]}""" + "\n" + """{"video": "b.mp4", "expressions": ["x"], "frames": {"last": 9}, "prompts": null, "name": null}""");
        Assert.Equal((null, null), (videos[0].Frames, videos[0].Name));
        Assert.Equal(new FrameSelection(0, 9, 1), videos[1].Frames);
    }

    [Fact]
    public async Task Prompts_of_one_label_show_one_object()
    {
        var video = Assert.Single(await ReadAsync(
            """
            {"video":"a.mp4","prompts":[{"label":"ball","frame":0,"points":[[60,150.5],[70,20,0]]},{"frame":3,"box":[1,2,30,40]},{"label":"ball","frame":8,"box":[5,6,7,8]},{"frame":0,"mask":{"size":[2,3],"counts":[1,2,3]}}]}
            """));
        Assert.Equal(["ball", "box 2", "mask 4"], video.Targets.Select(t => t.Label));
        var ball = Assert.IsType<RunTarget.Prompted>(video.Targets[0]).Prompts;
        var points = Assert.IsType<VisualPrompt.Points>(ball[0]);
        Assert.Equal([60f, 150.5f, 70f, 20f], points.Coordinates);
        Assert.Equal([1, 0], points.Labels);
        Assert.Equal(new VisualPrompt.Box(8, 5, 6, 7, 8), ball[1]);
        var mask = Assert.IsType<VisualPrompt.Mask>(Assert.IsType<RunTarget.Prompted>(video.Targets[2]).Prompts[0]);
        Assert.Equal([0, 1, 0, 1, 0, 0], RleCodec.Decode(mask.Rle));
    }

    [Fact]
    public async Task A_mask_in_the_compressed_form_of_COCO_is_taken_as_it_is()
    {
        var rle = RleCodec.Encode([0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1], height: 3, width: 4);
        var line = System.Text.Json.JsonSerializer.Serialize(new { video = "a.mp4", prompts = new[] { new { frame = 0, mask = new { size = new[] { 3, 4 }, counts = rle.Counts } } } });
        var target = Assert.IsType<RunTarget.Prompted>(Assert.Single((await ReadAsync(line))[0].Targets));
        Assert.Equal(new VisualPrompt.Mask(0, rle), target.Prompts[0]);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Editors_leave_marks_and_blank_lines_which_do_no_harm(string end)
    {
        var text = string.Join(end, "\uFEFF" + Line("a"), "", "   ", "\t" + Line("b") + " ", "", Line("c"));
        Assert.Equal(["a", "b", "c"], (await ReadAsync(text)).Select(v => v.Source));
        Assert.Equal(["a", "b", "c"], (await ReadAsync(text + end)).Select(v => v.Source));
        Assert.Empty(await ReadAsync("\uFEFF" + end));
        Assert.Empty(await ReadAsync(""));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Lines_may_arrive_in_pieces(int piece)
    {
        var text = string.Join('\n', "\uFEFF" + Line("a"), "", Line("bücher/ü.mp4"), Line("c"));
        Assert.Equal(["a", "bücher/ü.mp4", "c"], (await ReadAsync(new Drip(Encoding.UTF8.GetBytes(text), piece))).Select(v => v.Source));
    }

    public static TheoryData<string, string> Wrong() => new()
    {
        { "is not JSON", "{\"video\": " },
        { "is not JSON: 'h' is an invalid start of a value, at byte 0.", "hello" },
        { "one object per line, without '['", "[{\"video\":\"a.mp4\"}," },
        { "Line 2 is a list; an object with \"video\", \"expressions\"", "[]" },
        { "Line 2 has no \"video\".", "{\"expressions\":[\"x\"]}" },
        { "\"video\" is the number 3; text in quotes is expected", "{\"video\":3,\"expressions\":[\"x\"]}" },
        { "\"video\" is empty", "{\"video\":\" \",\"expressions\":[\"x\"]}" },
        { "\"video\" cannot be fetched: 'ftp://h/a': 'ftp' addresses are not read", "{\"video\":\"ftp://h/a\",\"expressions\":[\"x\"]}" },
        { "\"video\" has 5000 characters; at most 4096", $$"""{"video":"{{new string('a', 5000)}}","expressions":["x"]}""" },
        { "Duplicate property 'video'", "{\"video\":\"a\",\"video\":\"b\",\"expressions\":[\"x\"]}" },
        { "\"expresions\" is not known here. Did you mean \"expressions\"?", "{\"video\":\"a\",\"expresions\":[\"x\"]}" },
        { "\"Video\" is not known here. Did you mean \"video\"?", "{\"Video\":\"a\",\"expressions\":[\"x\"]}" },
        { "\"colour\" is not known here. Known are \"video\", \"expressions\", \"prompts\", \"questions\", \"caption\", \"frames\", \"name\".", "{\"video\":\"a\",\"expressions\":[\"x\"],\"colour\":1}" },
        { "has 0 things to find; it may have 1 to 256", "{\"video\":\"a\"}" },
        { "has 257 things to find", $$"""{"video":"a","expressions":[{{string.Join(',', Enumerable.Repeat("\"x\"", 257))}}]}""" },
        { "\"expressions\" is text; a list is expected", "{\"video\":\"a\",\"expressions\":\"x\"}" },
        { "\"expressions[1]\" is empty", "{\"video\":\"a\",\"expressions\":[\"x\",\"\"]}" },
        { "\"expressions[1]\" is null; text", "{\"video\":\"a\",\"expressions\":[\"x\",null]}" },
        { "\"expressions[0]\" has 2001 characters; at most 2000", $$"""{"video":"a","expressions":["{{new string('x', 2001)}}"]}""" },
        { "\"expressions[0]\" contains a NUL", "{\"video\":\"a\",\"expressions\":[\"x\\u0000\"]}" },
        { "\"questions[0]\" has 2001 characters; at most 2000", $$"""{"video":"a","questions":["{{new string('x', 2001)}}"]}""" },
        { "\"questions[1]\" is empty", "{\"video\":\"a\",\"questions\":[\"x\",\" \"]}" },
        { "\"questions\" is text; a list is expected", "{\"video\":\"a\",\"questions\":\"x\"}" },
        { "\"caption\" is text; true or false is expected", "{\"video\":\"a\",\"caption\":\"yes\"}" },
        { "has 0 things to find; it may have 1 to 256", "{\"video\":\"a\",\"questions\":[],\"caption\":false}" },
        { "\"frames.first\" is -1; it may be 0 to", "{\"video\":\"a\",\"expressions\":[\"x\"],\"frames\":{\"first\":-1}}" },
        { "\"frames.first\" is the number 1.5; a whole number", "{\"video\":\"a\",\"expressions\":[\"x\"],\"frames\":{\"first\":1.5}}" },
        { "\"frames\" ends at 3, before it begins at 9", "{\"video\":\"a\",\"expressions\":[\"x\"],\"frames\":{\"first\":9,\"last\":3}}" },
        { "\"frames.stride\" is 0; it may be 1 to 100000", "{\"video\":\"a\",\"expressions\":[\"x\"],\"frames\":{\"stride\":0}}" },
        { "\"frames.step\" is not known here. Known are \"first\", \"last\", \"stride\"", "{\"video\":\"a\",\"expressions\":[\"x\"],\"frames\":{\"step\":2}}" },
        { "\"prompts[0]\" has none of", Prompt("\"frame\":0") },
        { "\"prompts[0]\" has points and box of", Prompt("\"frame\":0,\"points\":[[1,2]],\"box\":[1,2,3,4]") },
        { "\"prompts[0]\" has no \"frame\"", Prompt("\"points\":[[1,2]]") },
        { "\"prompts[0].frame\" is 3, which \"frames\" leaves out", "{\"video\":\"a\",\"frames\":{\"stride\":2},\"prompts\":[{\"frame\":3,\"box\":[1,2,3,4]}]}" },
        { "\"prompts[0].points\" has 0 points", Prompt("\"frame\":0,\"points\":[]") },
        { "\"prompts[0].points[1]\" has 1 numbers; a point is [x, y]", Prompt("\"frame\":0,\"points\":[[1,2],[1]]") },
        { "\"prompts[0].points[0][2]\" is 2; it may be 0 to 1", Prompt("\"frame\":0,\"points\":[[1,2,2]]") },
        { "\"prompts[0].points[0][0]\" is 1e99, which is in no picture", Prompt("\"frame\":0,\"points\":[[1e99,2]]") },
        { "\"prompts[0].box\" has 3 numbers", Prompt("\"frame\":0,\"box\":[1,2,3]") },
        { "\"prompts[0].box\" ends at (1, 4)", Prompt("\"frame\":0,\"box\":[1,2,1,4]") },
        { "\"prompts[0].mask.size\" has 1 numbers", Prompt("\"frame\":0,\"mask\":{\"size\":[3],\"counts\":[3]}") },
        { "\"prompts[0].mask.size\" is 65536 x 65536, more pixels", Prompt("\"frame\":0,\"mask\":{\"size\":[65536,65536],\"counts\":[3]}") },
        { "\"prompts[0].mask.counts\" does not fill a mask of 2 x 3", Prompt("\"frame\":0,\"mask\":{\"size\":[2,3],\"counts\":[3,2]}") },
        { "\"prompts[0].mask.counts\" marks no pixel", Prompt("\"frame\":0,\"mask\":{\"size\":[2,3],\"counts\":[6]}") },
        { "\"prompts[0].mask.counts\" cannot be read", Prompt("\"frame\":0,\"mask\":{\"size\":[2,3],\"counts\":\"o\"}") },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_line_is_refused_with_its_number_and_field(string says, string line)
    {
        var failure = await Assert.ThrowsAsync<JobRefusedException>(() => ReadAsync($"{Line("good")}\n{line}\n{Line("good")}"));
        Assert.Equal(2, failure.Line);
        Assert.StartsWith("Line 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"video\":\"a\",\"expressions\":[\"#\"]}")]
    [InlineData("{\"vid#eo\":\"a\",\"expressions\":[\"x\"]}")]
    public async Task What_is_not_UTF_8_is_refused(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(line);
        bytes[Array.IndexOf(bytes, (byte)'#')] = 0xE9;
        var failure = await Assert.ThrowsAsync<JobRefusedException>(() => ReadAsync(new MemoryStream(bytes)));
        Assert.Equal(1, failure.Line);
        Assert.Contains("UTF-8", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_refused_before_it_fills_the_memory()
    {
        var endless = new Endless(lines: 0);
        var failure = await Assert.ThrowsAsync<JobRefusedException>(() => ReadAsync(endless));
        Assert.Equal(1, failure.Line);
        Assert.Contains("more than 4,194,304 bytes", failure.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Given, ManifestReader.MaxLineBytes, ManifestReader.MaxLineBytes * 2);
    }

    [Fact]
    public async Task The_lines_before_a_wrong_one_are_given_out()
    {
        var sources = new List<string>();
        await Assert.ThrowsAsync<JobRefusedException>(async () =>
        {
            await foreach (var video in ManifestReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes($"{Line("a")}\n{Line("b")}\nno")), Stop)) sources.Add(video.Source);
        });
        Assert.Equal(["a", "b"], sources);
    }

    [Fact]
    public async Task A_million_lines_are_neither_read_ahead_nor_kept()
    {
        const int lines = 1_000_000;
        var manifest = new Endless(lines);
        var seen = new List<WeakReference>();
        var (count, farthest) = (0, 0L);
        await foreach (var video in ManifestReader.ReadAsync(manifest, Stop))
        {
            farthest = Math.Max(farthest, manifest.Given - (long)count * manifest.LineBytes);
            if (count++ % 10_000 == 0) seen.Add(new WeakReference(video));
            if (count == lines / 2)
            {
                GC.Collect();
                Assert.InRange(seen.Count(r => r.IsAlive), 0, 1);
            }
        }

        Assert.Equal(lines, count);
        Assert.InRange(farthest, 1, 1 << 20);
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var video in ManifestReader.ReadAsync(new Endless(lines: int.MaxValue), cancel.Token)) await cancel.CancelAsync();
        });
    }

    private static string Line(string source) => $$"""{"video":"{{source}}","expressions":["x"]}""";

    private static string Prompt(string fields) => $$"""{"video":"a","prompts":[{{{fields}}}]}""";

    private static Task<List<VideoRequest>> ReadAsync(string manifest) => ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(manifest)));

    private static async Task<List<VideoRequest>> ReadAsync(Stream manifest)
    {
        var videos = new List<VideoRequest>();
        await foreach (var video in ManifestReader.ReadAsync(manifest, Stop)) videos.Add(video);
        return videos;
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Drip(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    /// <summary>Makes lines as they are asked for, and counts its bytes; with 0 lines, one line that never ends.</summary>
    private sealed class Endless(int lines) : Stream
    {
        private readonly byte[] _line = lines == 0 ? "{\"video\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"u8.ToArray() : Encoding.UTF8.GetBytes(Line("archive:some/clip.mp4") + "\n");

        public int LineBytes => _line.Length;

        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = lines == 0 ? long.MaxValue : (long)lines * _line.Length - Given;
            var count = (int)Math.Min(buffer.Length, left);
            for (var i = 0; i < count; i++) buffer.Span[i] = _line[(int)((Given + i) % _line.Length)];
            Given += count;
            return ValueTask.FromResult(count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
