using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Videos;

/// <summary>A video that is asked for more while it is worked on, or when it is over, with the same actors that a node runs.</summary>
public sealed class AddedPromptTests(RunSamples samples) : IAsyncLifetime
{
    private const string VideoId = "job-0";

    // Its block is full, and written over, before the first checkpoint behind it.
    private const int Corrected = 60;

    private static readonly AddedPrompt NewObject = new("new", RunSamples.Clicked("another", 5, 40, 30), Correction: null, Some.Instant);
    private static readonly AddedPrompt Correction = new("correct", Target: null, new ObjectCorrection(1, [new VisualPrompt.Points(Corrected, [10, 10, 50, 40], [1, 0])]), Some.Instant);

    private readonly TemporaryFolder _folder = new();
    private ModelHost _model = null!;

    private RunSamples Samples => samples;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _model = new ModelHost(samples.Tiny, "cpu");
        return default;
    }

    [Fact]
    public async Task A_completed_video_finds_another_object_and_corrects_one()
    {
        var work = new Work(this, "w");
        var before = Chains(await work.SitAsync());
        var masks = await work.MasksAsync();
        await work.AddAsync(NewObject);
        await work.AddAsync(Correction);
        var video = await work.SitAsync();
        var (after, corrected) = (Chains(video), await work.MasksAsync());

        Assert.Equal(3, after.Count);
        Assert.Equal(before[1], after[1]);
        Assert.Equal(masks[0].Take(Corrected), corrected[0].Take(Corrected));
        Assert.NotEqual(masks[0].Skip(Corrected), corrected[0].Skip(Corrected));
        // What was asked later has the masks that it would have had from the beginning.
        var alone = await VideoRun.ExecuteAsync(
            samples.Request(_folder.File("alone"), new RunTarget.Expression("the moving bar"), RunSamples.Clicked("click", 3, 20, 20), NewObject.Target!), _model, cancellationToken: Stop);
        Assert.Equal(alone.Objects[2].Chain, after[2]);
        Assert.True(video!.IsDone(0) && video.IsDone(1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(Corrected + 6)]
    [InlineData(Corrected + 25)]
    public async Task Wherever_its_owner_is_killed_the_masks_are_the_same(int frames)
    {
        var expected = await ExpectedAsync();
        var work = new Work(this, "killed");
        await work.SitAsync();
        await work.AddAsync(NewObject);
        await work.AddAsync(Correction);
        Assert.Null(await work.SitAsync(killAt: frames));
        // Once more where the correction is under way in any case.
        await work.SitAsync(killAt: Corrected + 6, after: "prompt-done");
        Assert.Equal(expected, Chains(await work.SitAsync()));
    }

    [Fact]
    public async Task When_it_is_asked_does_not_matter()
    {
        var expected = await ExpectedAsync();
        var work = new Work(this, "running");
        var video = await work.SitAsync(addAt: 20);
        Assert.Equal(expected, Chains(video));
        Assert.Equal(["new", "correct"], video!.Added.Select(added => added.Id));
    }

    [Fact]
    public async Task A_sentence_is_asked_and_an_object_that_there_is_not_is_passed_over()
    {
        var work = new Work(this, "sentence");
        await work.AddAsync(new AddedPrompt("text", new RunTarget.Expression("the other bar"), Correction: null, Some.Instant));
        await work.AddAsync(Correction with { Id = "nothing", Correction = Correction.Correction! with { ObjectId = 9 } });
        var video = await work.SitAsync();
        Assert.Equal(3, Chains(video).Count);
        Assert.True(video!.HasPrompt(2));
    }

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    private static IReadOnlyList<string> Chains(Video? video) => Assert.IsType<VideoEnding.Completed>(video?.Ending).Chains;

    private async Task<IReadOnlyList<string>> ExpectedAsync()
    {
        var work = new Work(this, "expected");
        await work.AddAsync(NewObject);
        await work.AddAsync(Correction);
        return Chains(await work.SitAsync());
    }

    /// <summary>One video with a journal, states and masks of its own.</summary>
    private sealed class Work(AddedPromptTests tests, string name)
    {
        private readonly InMemoryJournal _journal = new();
        private readonly FolderResultStore _results = new(tests._folder.File(name, "results"));

        public Task AddAsync(AddedPrompt prompt) => VideoRecord.ApplyAsync(_journal, VideoId, "caller", _ => [new VideoCommand.AddPrompt(prompt, Requeue: true)], Some.Instant, Stop);

        /// <summary>The masks of all frames, by object.</summary>
        public async Task<IReadOnlyList<IReadOnlyList<Rle>>> MasksAsync()
        {
            var stored = (await StoredVideo.FindAsync(_journal, _results, VideoId, Stop))!;
            var masks = stored.Objects.Select(_ => new List<Rle>()).ToList();
            await foreach (var step in stored.Masks.ReadAsync(Stop))
            {
                for (var i = 0; i < masks.Count; i++) masks[i].Add(step.Masks[i].Rle);
            }

            return masks;
        }

        /// <summary>Works until it is over; or is killed once so many frames of a pass are done, after an event if one is named; prompts may come then, too.</summary>
        public async Task<Video?> SitAsync(int? killAt = null, string? after = null, int? addAt = null)
        {
            var order = new VideoOrder(
                tests.Samples.Clip, tests.Samples.Tiny, "cpu", [new RunTarget.Expression("the moving bar"), RunSamples.Clicked("click", 3, 20, 20)],
                GroundingProtocol.Sa2vaI, KeyFrames: 5, FrameSelection.All, MaxNewTokens: 16);
            var reached = new Reached(killAt ?? addAt, after);
            var place = new SittingPlace
            {
                Owner = "test", Checkpoints = new CheckpointOptions { EveryFrames = 10, EveryTime = TimeSpan.FromHours(1) }, Model = tests._model,
                States = new FolderCheckpointStore(tests._folder.File(name, "states")), Results = _results, Happened = happened => reached.Happened(VideoNews.Of(VideoId, happened).Type),
            };
            await using var system = new ActorSystem();
            using var sitting = new Sitting(VideoId, order, place, reached);
            var actor = system.Spawn("video", () => new VideoActor(_journal, sitting), VideoActor.Options);
            if (await Task.WhenAny(reached.Task, sitting.Ended, actor.Terminated) == reached.Task)
            {
                if (killAt is not null)
                {
                    await actor.StopAsync(drain: false, CancellationToken.None);
                    return null;
                }

                await actor.TellAsync(new VideoCommand.AddPrompt(NewObject, Requeue: false), Stop);
                await actor.TellAsync(new VideoCommand.AddPrompt(Correction, Requeue: false), Stop);
            }

            await Task.WhenAny(sitting.Ended, actor.Terminated);
            await actor.StopAsync(cancellationToken: CancellationToken.None);
            return await sitting.Ended;
        }
    }

    /// <summary>Sees when so many frames are done.</summary>
    private sealed class Reached(int? frames, string? after) : IProgress<RunProgress>
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isNear = after is null;

        public Task Task => _reached.Task;

        public void Happened(string type) => _isNear |= type == after;

        public void Report(RunProgress value)
        {
            if (_isNear && value.Stage == RunStage.Tracking && frames is { } wanted && value.FramesDone >= wanted) _reached.TrySetResult();
        }
    }
}
