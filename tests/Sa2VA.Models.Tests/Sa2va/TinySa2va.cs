using System.Text.Json;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tests.Tokenizers;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>A whole Sa2VA with random weights and a real small tokenizer, in memory and as a folder.</summary>
internal sealed class TinySa2va : IDisposable
{
    public const string Head = "language_model.lm_head.weight";

    private static readonly Tokenizer Shared = new(BpeTrainer.Train());

    private readonly string _config;

    public TinySa2va(string preset = "tiny", ulong seed = 5)
    {
        var named = ModelPreset.Named(preset);
        _config = named.Config(Tokenizer.Count)!.ToJsonString();
        using var json = JsonDocument.Parse(_config);
        Store = new RandomStore(seed);
        Config = Sa2vaConfig.FromJson(json.RootElement) with { HasModifiedDecoder = named.HasModifiedDecoder };
        Model = new Sa2vaModel(new WeightScope(Store), Config, Tokenizer);
    }

    public RandomStore Store { get; }

    public Sa2vaConfig Config { get; }

    public Tokenizer Tokenizer => Shared;

    public Sa2vaModel Model { get; }

    /// <summary>Frames of coloured noise, the same for the same number.</summary>
    public IReadOnlyList<RgbPixels> Frames(int count)
    {
        var (random, side) = (new Random(3), Config.VisionImageSize);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var pixels = new byte[side * side * 3];
            random.NextBytes(pixels);
            return new RgbPixels(side, side, pixels);
        })];
    }

    /// <summary>Exchanges what the output head knows of two tokens, so that one is said where the other would have been.</summary>
    public void SwapInHead(int first, int second)
    {
        var width = Config.Language.HiddenSize;
        var rows = Store.Get(Head, [Config.Language.VocabularySize, width], default, null).data<float>();
        for (var i = 0; i < width; i++)
            (rows[first * width + i], rows[second * width + i]) = (rows[second * width + i], rows[first * width + i]);
    }

    /// <summary>Makes the first token of the answer to a question <c>[SEG]</c>.</summary>
    public void AnswerWithSegmentation(VisionPrefix prefix, string question) =>
        SwapInHead(Model.Ask(prefix, question, new AskOptions { MaxNewTokens = 1 }).TokenIds[0], Tokenizer.RequiredId(QwenTokens.Segmentation));

    /// <summary>Writes the official layout.</summary>
    public void Save(string folder, SafetensorsDtype dtype = SafetensorsDtype.F32, Func<string, string>? rename = null)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), _config);
        TokenizerWriter.Write(Tokenizer.Spec, folder);
        Store.Save(folder, dtype, rename: name => rename?.Invoke(WeightNames.InSa2va(name)) ?? WeightNames.InSa2va(name));
    }

    public void Dispose()
    {
        Model.Dispose();
        Store.Dispose();
    }
}
