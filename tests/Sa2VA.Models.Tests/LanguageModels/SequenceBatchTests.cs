using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tests.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.LanguageModels;

/// <summary>A sequence's states must not depend on what is read beside it, to the bit: an answer is recorded once, whoever was asked with it.</summary>
public sealed class SequenceBatchTests
{
    public static TheoryData<string, LanguageModelFamily> Models
    {
        get
        {
            var data = new TheoryData<string, LanguageModelFamily>();
            foreach (var family in new[] { LanguageModelFamily.Qwen2, LanguageModelFamily.InternLm2, LanguageModelFamily.Phi3 })
                data.Add(Golden.Folders("llm").First(folder => folder.Contains(family.ToString(), StringComparison.OrdinalIgnoreCase)), family);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Sequences_read_in_one_pass_have_the_states_they_have_alone(string folder, LanguageModelFamily family)
    {
        using var golden = Golden.Open(folder);
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var config = LanguageModelConfig.FromJson(new ConfigSection("config", golden.Config.GetProperty("config")), family);
        var model = LanguageModel.Create(new WeightScope(store), config);

        // One is at its prompt, one in the middle of a text, two read a token each.
        int[][] before = [[], [3, 1, 4, 1, 5], [2, 7, 1, 8], [1]];
        int[][] next = [[5, 6, 7, 8, 9, 10, 11], [9, 2, 6], [12], [13]];
        var (together, alone) = (before.Select(Read).ToList(), before.Select(Read).ToList());
        for (var round = 0; round < 3; round++)
        {
            using var inner = NewDisposeScope();
            var states = model.forward(cat([.. next.Select(ids => model.Embed(ids))], 1), [.. together.Zip(next, (cache, ids) => new Continuation(cache, ids.Length))]);
            var start = 0;
            for (var i = 0; i < next.Length; i++)
            {
                MemoryReaderTests.AssertBits(model.forward(model.Embed(next[i]), alone[i]), states.narrow(1, start, next[i].Length));
                start += next[i].Length;
                Assert.Equal(alone[i].Length, together[i].Length);
            }

            next = [.. next.Reverse()];
        }

        together.Concat(alone).ToList().ForEach(cache => cache.Dispose());

        KeyValueCache Read(int[] ids)
        {
            using var inner = NewDisposeScope();
            var cache = model.NewCache(capacity: 4);
            if (ids.Length > 0) _ = model.forward(model.Embed(ids), cache);
            return cache;
        }
    }
}
