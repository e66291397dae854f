using System.Text.Json;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Videos;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Weights;

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>Protocols and uses of a model: what results are filed under, and what is refused.</summary>
public sealed class ModelVariantTests(RunSamples samples) : IDisposable
{
    private const int Frames = 12;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Auto_is_filed_under_the_protocol_that_it_stands_for()
    {
        var named = await RunAsync(request => request with { Protocol = GroundingProtocol.Sa2vaI });
        var auto = await RunAsync(request => request with { Protocol = GroundingProtocol.Auto });
        Assert.Equal((named.VideoId, RunOutcome.Completed, Frames), (auto.VideoId, auto.Outcome, auto.FramesDone));
        Assert.Equal(named.Objects[0].Chain, auto.Objects[0].Chain);
        Assert.NotEqual(named.VideoId, IdOf(Request() with { Protocol = GroundingProtocol.Sa2va }));
    }

    [Fact]
    public async Task Every_use_of_a_model_has_results_of_its_own_and_tracks_to_the_end()
    {
        var second = samples.Sam2Only;
        ModelVariant[] variants = [ModelVariant.Plain, new() { Sam2 = second }, new() { SelfFeedback = true }, new() { Quantize = Quantization.Int8 }];
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var variant in variants)
        {
            var result = await RunAsync(request => request with { Variant = variant });
            Assert.Equal((RunOutcome.Completed, Frames), (result.Outcome, result.FramesDone));
            Assert.False(result.Objects[0].Absent);
            Assert.True(ids.Add(result.VideoId), $"{variant} has the results of another one");
        }

        // What the second folder is called does not matter, what it holds does.
        var moved = _folder.File("moved");
        Directory.CreateDirectory(moved);
        foreach (var file in Directory.EnumerateFiles(second)) File.Copy(file, Path.Combine(moved, Path.GetFileName(file)));
        var request = Request() with { Variant = new() { Sam2 = moved } };
        Assert.Contains(IdOf(request), ids);
        File.AppendAllText(Path.Combine(moved, "config.json"), "\n");
        Assert.DoesNotContain(IdOf(request), ids);
    }

    [Fact]
    public void A_model_as_it_is_has_the_id_that_it_had_before_there_were_variants()
    {
        var order = Some.Order() with { Protocol = GroundingProtocol.Auto };
        Assert.Equal(JsonSerializer.Serialize(Some.Order() with { Model = "/m" }), JsonSerializer.Serialize(order.Of("/m")));
        Assert.DoesNotContain("Variant", JsonSerializer.Serialize(order), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_together_is_refused()
    {
        await RefusedAsync(request => request with { Protocol = GroundingProtocol.Sa2va, Variant = new() { Sam2 = samples.Sam2Only } }, "sa2va-i works with both");
        await RefusedAsync(request => request with { Variant = new() { Sam2 = _folder.File("none") } }, "There is no SAM 2 checkpoint");
        await RefusedAsync(request => request with { ModelFolder = samples.TinyI, Variant = new() { Sam2 = samples.Sam2Only } }, "has SAM 2's own mask decoder already");
        var clicked = samples.Request(_folder.File("work"), RunSamples.Clicked("x", 0, 30, 20)) with { ModelFolder = samples.Sam2Only, Variant = new() { SelfFeedback = true } };
        var result = await Record.ExceptionAsync(() => VideoRun.ExecuteAsync(clicked, cancellationToken: Stop));
        Assert.Null(result);
        Assert.Contains("plain SAM 2", (await VideoRun.ExecuteAsync(clicked, cancellationToken: Stop)).Failure!.Message, StringComparison.Ordinal);

        async Task RefusedAsync(Func<RunRequest, RunRequest> change, string words)
        {
            var request = change(Request());
            string message;
            try
            {
                message = (await VideoRun.ExecuteAsync(request, cancellationToken: Stop)).Failure?.Message ?? "";
            }
            catch (RunException refused)
            {
                message = refused.Message;
            }

            Assert.Contains(words, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Settings_name_a_folder_or_say_how_it_is_used()
    {
        const string Json = """{ "plain": "/models/a", "other": { "folder": "/models/a", "sam2": "/models/b", "quantize": "int8", "selfFeedback": true } }""";
        var models = JsonSerializer.Deserialize<Dictionary<string, ModelChoice>>(Json, SettingsFile.Options)!;
        Assert.Equal("/models/a", models["plain"]);
        Assert.Equal(new ModelChoice("/models/a", new ModelVariant { Sam2 = "/models/b", Quantize = Quantization.Int8, SelfFeedback = true }), models["other"]);
        Assert.Equal(models, JsonSerializer.Deserialize<Dictionary<string, ModelChoice>>(JsonSerializer.Serialize(models, SettingsFile.Options), SettingsFile.Options));
        foreach (var wrong in (string[])["{}", """{"folder": "/a", "quantise": "int8"}""", """{"folder": "/a", "quantize": "int4"}"""])
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ModelChoice>(wrong, SettingsFile.Options));
    }

    [Fact]
    public async Task The_digest_of_a_model_follows_its_use()
    {
        await using var digests = new ModelDigests();
        var plain = await digests.OfAsync(samples.Tiny, Stop);
        Assert.Equal(plain, await digests.OfAsync(ModelChoice.FromString(samples.Tiny), Stop));
        ModelVariant[] variants = [new() { Sam2 = samples.Sam2Only }, new() { Sam2 = samples.TinyI }, new() { SelfFeedback = true }, new() { Quantize = Quantization.Int8 }];
        var all = new List<string> { plain };
        foreach (var variant in variants) all.Add(await digests.OfAsync(new ModelChoice(samples.Tiny, variant), Stop));
        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
    }

    private RunRequest Request() => samples.Request(_folder.File("work"), new RunTarget.Expression("the moving bar")) with { Video = samples.ClipOf(Frames) };

    private Task<RunResult> RunAsync(Func<RunRequest, RunRequest> change) => VideoRun.ExecuteAsync(change(Request()), cancellationToken: Stop);

    private static string IdOf(RunRequest request) => RunIdentity.Of(
        new VideoOrder(request.Video, "", request.Device, request.Targets, request.Protocol, request.KeyFrames, request.Frames, request.MaxNewTokens).Of(VideoRun.ModelOf(request)));
}
