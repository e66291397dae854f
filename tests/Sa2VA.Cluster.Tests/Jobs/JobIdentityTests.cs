using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Jobs;

public sealed class JobIdentityTests
{
    private static readonly VideoRequest Video = new(
        "s3://b/k.mp4", [new RunTarget.Expression("a red disk"), new RunTarget.Prompted("it", [new VisualPrompt.Box(3, 1, 2, 3.5f, 4)])], new FrameSelection(1, 9, 2), "n");

    private static readonly JobRequest Job = new() { Model = "nano" };

    [Theory]
    [InlineData("0abc-1", "0abc", 1)]
    [InlineData("a-b-2147483647", "a-b", int.MaxValue)]
    public void An_id_has_two_parts(string id, string job, int number)
    {
        Assert.True(VideoNumber.TryParse(id, out var video));
        Assert.Equal(new VideoNumber(job, number), video);
        Assert.Equal(id, video.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("a-")]
    [InlineData("a-0")]
    [InlineData("a-01")]
    [InlineData("a-+1")]
    [InlineData("a- 1")]
    [InlineData("a-2147483648")]
    public void Other_ids_are_of_no_jobs_video(string? id) => Assert.False(VideoNumber.TryParse(id, out _));

    [Fact]
    public void Ids_of_jobs_are_letters_and_digits_that_sort_by_time()
    {
        var times = Enumerable.Range(0, 40).Select(i => DateTimeOffset.UnixEpoch.AddYears(50).AddMilliseconds(i * i * i * 1_000_003L)).ToArray();
        var ids = times.Select(JobId.New).ToArray();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Matches("^[0-9a-z]{20}$", id));
        Assert.Equal(ids[0][..10], JobId.New(times[0])[..10]);
        Assert.NotEqual(ids[0], JobId.New(times[0]));
    }

    // A stored digest is compared with those of later versions: the same manifest has to have the same one for ever.
    [Fact]
    public void The_digest_of_a_manifest_does_not_change_with_the_program()
        => Assert.Equal("434d4b2d4d6d91fed14eeeecb0e776397763ae45328834b53a386e4a1f770bee", Digest(Video, new VideoRequest("b", [new RunTarget.Expression("ж")])));

    [Fact]
    public void Every_part_of_a_video_and_their_order_decide_the_digest()
    {
        VideoRequest[] others =
        [
            Video, Video with { Source = "x" }, Video with { Name = null }, Video with { Name = "m" }, Video with { Frames = null },
            Video with { Frames = new FrameSelection(1, 9, 3) }, Video with { Targets = [.. Video.Targets.Reverse()] }, Video with { Targets = [Video.Targets[0]] },
            Video with { Targets = [Video.Targets[0], new RunTarget.Question("a red disk")] }, Video with { Targets = [Video.Targets[0], new RunTarget.Caption()] },
        ];
        Assert.Equal(others.Length, others.Select(v => Digest(v)).Distinct().Count());
        Assert.NotEqual(Digest(Video, others[1]), Digest(others[1], Video));
        Assert.Equal(Digest(Video with { Frames = null }), Digest(Video with { Frames = FrameSelection.All }));
    }

    [Fact]
    public void The_key_of_a_result_does_not_change_with_the_program()
        => Assert.Equal("55554aa561c6c23555b672ed5e83b6c5d7efcddf6475b4ebb8398159b5a497bd", ContentKey.Of("c0ffee", "m0de1", Job, Video));

    [Fact]
    public void What_decides_the_masks_decides_the_key_of_a_result_and_nothing_else_does()
    {
        var key = ContentKey.Of("c", "m", Job, Video);
        string[] others =
        [
            key, ContentKey.Of("d", "m", Job, Video), ContentKey.Of("c", "n", Job, Video), ContentKey.Of("c", "m", Job with { KeyFrames = 6 }, Video),
            ContentKey.Of("c", "m", Job with { Protocol = GroundingProtocol.Sa2va }, Video), ContentKey.Of("c", "m", Job with { MaxNewTokens = 9 }, Video),
            ContentKey.Of("c", "m", Job, Video with { Frames = null }), ContentKey.Of("c", "m", Job, Video with { Targets = [Video.Targets[1]] }),
            ContentKey.Of("c", "m", Job, Video with { Targets = [.. Video.Targets, new RunTarget.Question("Why?")] }), ContentKey.Of("c", "m", Job, Video with { Targets = [.. Video.Targets, new RunTarget.Caption()] }),
        ];
        Assert.Equal(others.Length, others.Distinct().Count());
        Assert.Equal(key, ContentKey.Of("c", "m", Job with { Title = "t", Key = "k", Priority = WorkPriority.Low }, Video with { Name = "other", Source = "elsewhere" }));
    }

    private static string Digest(params VideoRequest[] videos)
    {
        using var digest = new ManifestDigest();
        foreach (var video in videos) digest.Add(video, JobJson.WriteTargets(video.Targets));
        return Convert.ToHexStringLower(digest.Finish());
    }
}
