using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tests.QwenVl;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.LanguageModels;

/// <summary>The decoders of Qwen2.5-VL and Qwen3-VL (which is Qwen3) on recorded embeddings: three positions per token, and what deepstack adds.</summary>
public sealed class QwenVlTextGoldenTests
{
    private const double Tolerance = 3e-5;

    public static TheoryData<string, string> Cases => QwenVlRecordings.With("input_ids");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Positions_are_the_recorded_ones(string folder, string name)
    {
        using var golden = Golden.Open(folder);

        var positions = PositionsOf(golden, name);

        var expected = golden[$"{name}.position_ids"].ToArray<long>();                               // [3, n]
        Assert.Equal(expected.Length, positions.Flat.Count);
        for (var i = 0; i < positions.Flat.Count; i++)
            Assert.Equal(expected[(i % 3) * positions.Count + i / 3], positions.Flat[i]);
        Assert.Equal(golden[$"{name}.rope_delta"].item<long>(), positions.Next - positions.Count);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prompt_states_logits_and_the_greedy_answer_are_the_recorded_ones(string folder, string name)
    {
        using var golden = Golden.Open(folder);
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var root = new WeightScope(store);
        var model = LanguageModel.Create(root["model"]["language_model"], root["lm_head"], ConfigOf(golden));

        using var cache = model.NewCache(capacity: 4);
        var states = new List<Tensor>();
        var embeddings = golden[$"{name}.inputs_embeds"];
        var last = model.forward(
            embeddings, [new Continuation(cache, embeddings.size(1)) { Positions = PositionsOf(golden, name) }], states, DeepFeaturesOf(golden, name));
        for (var layer = 0; layer < states.Count; layer++)
        {
            if (golden.Has($"{name}.prompt_hidden{layer}"))
                golden.AssertClose($"{name}.prompt_hidden{layer}", states[layer], Tolerance);
        }

        golden.AssertClose($"{name}.prompt_logits", model.Logits(last), Tolerance);

        // Copied as an answer to a question about the same frames continues.
        using var copy = cache.Copy(more: 2);
        var expected = golden[$"{name}.greedy_tokens"].ToArray<long>();
        Assert.Equal(expected[0], model.Logits(last.select(1, -1)).argmax(-1).item<long>());
        var (hidden, logits) = (new List<Tensor>(), new List<Tensor>());
        foreach (var token in expected[..^1])
        {
            hidden.Add(model.forward(model.Embed([(int)token]), copy));
            logits.Add(model.Logits(hidden[^1]));
            Assert.Equal(expected[hidden.Count], logits[^1].select(1, -1).argmax(-1).item<long>());
        }

        golden.AssertClose($"{name}.decode_last_hidden", cat([.. hidden], 1), Tolerance);
        golden.AssertClose($"{name}.decode_logits", cat([.. logits], 1), Tolerance);
    }

    private static LanguageModelConfig ConfigOf(GoldenFolder golden)
    {
        var interleaved = golden.Config.GetProperty("mrope_layout").GetString() == "interleaved";
        var text = JsonNode.Parse(golden.Config.GetProperty("text_config").GetRawText())!.AsObject();
        text["rope_scaling"] = new JsonObject { ["mrope_section"] = JsonNode.Parse(golden.Config.GetProperty("mrope_section").GetRawText()) };
        using var json = JsonDocument.Parse(text.ToJsonString());
        return LanguageModelConfig.FromJson(new ConfigSection("config", json.RootElement), interleaved ? LanguageModelFamily.Qwen3 : LanguageModelFamily.Qwen2);
    }

    /// <summary>Positions as the prompt's own tokens and the grids tell them: each run of placeholders is an image, or (a part of) the video.</summary>
    private static TokenPositions PositionsOf(GoldenFolder golden, string name)
    {
        var ids = golden[$"{name}.input_ids"].ToArray<long>();
        var grids = golden[$"{name}.grid_thw"].ToArray<long>();
        var placeholders = new[] { golden.Config.GetProperty("image_token_id").GetInt64(), golden.Config.GetProperty("video_token_id").GetInt64() };
        var secondsPerSlice = golden.Config.GetProperty("second_per_grid_t") is { ValueKind: JsonValueKind.Number } seconds ? seconds.GetDouble() : 0;
        var positions = new TokenPositions();
        var grid = 0;
        for (var i = 0; i < ids.Length;)
        {
            if (!placeholders.Contains(ids[i]))
            {
                positions.AddText(1);
                i++;
                continue;
            }

            var run = ids.Skip(i).TakeWhile(placeholders.Contains).Count();
            var (rows, columns) = ((int)grids[grid * 3 + 1] / 2, (int)grids[grid * 3 + 2] / 2);
            var slices = run / (rows * columns);
            // Two temporal tokens a second.
            positions.AddGrid([.. Enumerable.Range(0, slices).Select(slice => (int)(slice * secondsPerSlice * 2))], rows, columns);
            if (grids.Length > 3)
                grid++;
            i += run;
        }

        return positions;
    }

    private static DeepFeatures? DeepFeaturesOf(GoldenFolder golden, string name)
    {
        if (!golden.Has($"{name}.vision.deepstack0"))
            return null;
        var ids = golden[$"{name}.input_ids"].ToArray<long>();
        var visual = ids.Index().Where(token => token.Item >= golden.Config.GetProperty("image_token_id").GetInt64() && token.Item <= golden.Config.GetProperty("video_token_id").GetInt64());
        var layers = Enumerable.Range(0, 8).Where(j => golden.Has($"{name}.vision.deepstack{j}")).Select(j => golden[$"{name}.vision.deepstack{j}"]);
        return new DeepFeatures(tensor(visual.Select(token => (long)token.Index).ToArray()), [.. layers]);
    }
}
