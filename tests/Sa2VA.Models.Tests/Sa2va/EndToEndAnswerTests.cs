using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sam2;
using Sa2VA.Testing;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>From key frames to prompt vectors, against a recorded run of the official code.</summary>
public sealed class EndToEndAnswerTests
{
    // float32 against float64 differs by 3e-6 in the recording itself.
    private const double Tolerance = 3e-5;

    public static TheoryData<string> Folders => [.. Golden.Folders("sa2va", "end_to_end_internvl")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Frames_become_features_and_stand_at_the_placeholders(string folder)
    {
        using var run = new EndToEndCase(folder);
        using var scope = NewDisposeScope();
        var golden = run.Golden;
        golden.AssertClose("pixel_values", ImageNormalizer.Sam2.Normalize(golden["vit_frames_uint8"]), 1e-6);
        var features = run.Network.Look(golden["pixel_values"]);
        golden.AssertClose("vit_embeds", features, Tolerance);
        golden.AssertClose("inputs_embeds", run.Network.Embed(golden["input_ids"].ToArray<int>(), run.Placeholder, features), Tolerance);
        Assert.Equal(run.Integer("image_tokens_per_frame"), run.Network.Config.TokensPerFrame);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_answer_and_every_state_are_the_recorded_ones(string folder)
    {
        using var run = new EndToEndCase(folder);
        using var scope = NewDisposeScope();
        var (golden, model) = (run.Golden, run.Network.LanguageModel);
        var prompt = run.Network.Embed(golden["input_ids"].ToArray<int>(), run.Placeholder, run.Network.Look(golden["pixel_values"]));
        var expected = golden["generated_tokens"].ToArray<int>();

        using var cache = model.NewCache();
        var rows = new List<Tensor> { model.forward(prompt, cache) };
        golden.AssertClose("prompt_logits_last", model.Logits(rows[0].select(1, -1)), Tolerance);
        rows.AddRange(expected[..^1].Select(token => model.forward(model.Embed([token]), cache)));
        golden.AssertClose("last_hidden_states_all_rows", cat([.. rows], 1).squeeze(0), Tolerance);

        using var fresh = model.NewCache();
        var options = new GenerationOptions(expected.Length, [], run.Segmentation);
        using var answer = AnswerDecoding.Run(model, fresh, prompt, options, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.Tokens);
        Assert.Equal(expected.Count(token => token == run.Segmentation), answer.WatchedStates.Count);

        // The recording has no state for a [SEG] that is the last token; a prompt's own are not looked at.
        var states = cat([.. answer.WatchedStates]).narrow(0, 0, golden["seg_hidden_states"].size(0));
        golden.AssertClose("seg_hidden_states", states, Tolerance);
        golden.AssertClose("seg_projected", run.Network.ProjectSegmentation(states), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Continuing_from_a_copy_of_the_frames_is_the_same_as_reading_all_at_once(string folder)
    {
        using var run = new EndToEndCase(folder);
        using var scope = NewDisposeScope();
        var (golden, model) = (run.Golden, run.Network.LanguageModel);
        var ids = golden["input_ids"].ToArray<int>();
        var prompt = run.Network.Embed(ids, run.Placeholder, run.Network.Look(golden["pixel_values"]));
        var cut = Array.LastIndexOf(ids, run.Placeholder) + 2;
        using var prefix = model.NewCache(cut);
        model.forward(prompt.narrow(1, 0, cut), prefix);

        for (var repeat = 0; repeat < 2; repeat++)
        {
            using var copy = prefix.Copy(more: 1);
            var options = new GenerationOptions(golden["generated_tokens"].ToArray<int>().Length, [], run.Segmentation);
            using var answer = AnswerDecoding.Run(model, copy, prompt.narrow(1, cut, ids.Length - cut), options, TestContext.Current.CancellationToken);
            Assert.Equal(golden["generated_tokens"].ToArray<int>(), answer.Tokens);
            Assert.Equal(cut, prefix.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_segmentation_token_at_the_very_end_is_read_once_more(string folder)
    {
        using var run = new EndToEndCase(folder);
        using var scope = NewDisposeScope();
        var (golden, model) = (run.Golden, run.Network.LanguageModel);
        var prompt = run.Network.Embed(golden["input_ids"].ToArray<int>(), run.Placeholder, run.Network.Look(golden["pixel_values"]));
        var length = Array.IndexOf(golden["generated_tokens"].ToArray<int>(), run.Segmentation) + 1;

        using var cache = model.NewCache();
        using var answer = AnswerDecoding.Run(model, cache, prompt, new GenerationOptions(length, [], run.Segmentation), TestContext.Current.CancellationToken);
        Assert.Equal(length, answer.Tokens.Count);
        golden.AssertClose("seg_hidden_states[0]", golden["seg_hidden_states"].narrow(0, 0, 1), answer.WatchedStates.Single(), Tolerance);

        using var other = model.NewCache();
        using var stopped = AnswerDecoding.Run(model, other, prompt, new GenerationOptions(100, [answer.Tokens[1]], run.Segmentation), TestContext.Current.CancellationToken);
        Assert.True(stopped.Stopped);
        Assert.Equal(answer.Tokens.Take(2), stopped.Tokens);
    }
}
