using System.Text.Json;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Testing;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.LanguageModels;

/// <summary>Prompts, greedy answers and every decoding step of the decoders against recorded ones.</summary>
public sealed class LanguageModelGoldenTests
{
    // float32 against float64 differs by 3e-6 in the recording itself; logits are sums over a head of random rows.
    private const double Tolerance = 3e-5;

    public static TheoryData<string> Folders =>
        [.. Golden.Folders("llm").Where(folder => FamilyOf(folder) is not null)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Prompt_states_logits_and_the_greedy_answer_are_the_recorded_ones(string folder)
    {
        using var golden = Golden.Open(folder);
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var config = LanguageModelConfig.FromJson(new ConfigSection("config", golden.Config.GetProperty("config")), FamilyOf(folder)!.Value);
        var model = LanguageModel.Create(new WeightScope(store), config);
        store.ThrowIfSurplus();

        for (var i = 0; golden.Has($"case{i}.input_ids"); i++)
        {
            using var inner = NewDisposeScope();
            using var cache = model.NewCache(capacity: 4);
            var states = new List<Tensor>();
            var ids = golden[$"case{i}.input_ids"].ToArray<int>();
            var last = model.forward(model.Embed(ids), cache, states);
            for (var layer = 0; layer < states.Count; layer++)
                golden.AssertClose($"case{i}.prompt_hidden{layer}", states[layer], Tolerance);
            golden.AssertClose($"case{i}.prompt_logits", model.Logits(last), Tolerance);

            var expected = golden[$"case{i}.greedy_tokens"].ToArray<int>();
            Assert.Equal(expected[0], Best(model.Logits(last.select(1, -1))));
            var (hidden, logits) = (new List<Tensor>(), new List<Tensor>());
            foreach (var token in expected[..^1])
            {
                hidden.Add(model.forward(model.Embed([token]), cache));
                logits.Add(model.Logits(hidden[^1]));
                Assert.Equal(expected[hidden.Count], Best(logits[^1].select(1, -1)));
            }

            golden.AssertClose($"case{i}.decode_last_hidden", cat([.. hidden], 1), Tolerance);
            golden.AssertClose($"case{i}.decode_logits", cat([.. logits], 1), Tolerance);
            Assert.Equal(ids.Length + expected.Length - 1, cache.Length);

            using var fresh = model.NewCache();
            using var answer = AnswerDecoding.Run(model, fresh, model.Embed(ids), new GenerationOptions(expected.Length, []), TestContext.Current.CancellationToken);
            Assert.Equal(expected, answer.Tokens);
            Assert.False(answer.Stopped);
        }
    }

    private static int Best(Tensor logits) => (int)logits.argmax(-1).item<long>();

    internal static LanguageModelFamily? FamilyOf(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden.Root, folder, "config.json")));
        return json.RootElement.GetProperty("architecture").GetString() switch
        {
            "Qwen2ForCausalLM" => LanguageModelFamily.Qwen2,
            "InternLM2ForCausalLM" => LanguageModelFamily.InternLm2,
            "Phi3ForCausalLM" => LanguageModelFamily.Phi3,
            _ => null,
        };
    }
}
