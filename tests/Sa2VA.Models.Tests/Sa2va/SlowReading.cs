using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>
/// The slow way to answer: the whole conversation is written as one string, as the official code does, cut into tokens, and read from the
/// beginning. Shares the network with the model, and nothing of how the model puts prompts together or keeps what it has read.
/// </summary>
internal sealed class SlowReading : IDisposable
{
    private readonly CheckpointStore _store;
    private readonly Sa2vaNetwork _network;
    private readonly Tokenizer _tokenizer;

    public SlowReading(string folder)
    {
        _store = CheckpointStore.Open(folder);
        var root = new WeightScope(_store);
        _network = new Sa2vaNetwork(root, root, Sa2vaConfig.Load(folder));
        _tokenizer = Tokenizer.Load(folder);
    }

    /// <summary>The answer to a prompt, whose image placeholders stand for <paramref name="features"/> [n, H], row by row.</summary>
    public (int[] Tokens, float[][] Prompts) Answer(string prompt, string placeholder, Tensor? features, int maxNewTokens) =>
        Answer(_tokenizer.Parts(prompt), placeholder, features, maxNewTokens);

    /// <summary>The same for strings with tokens between, which need not be characters.</summary>
    public (int[] Tokens, float[][] Prompts) Answer(IEnumerable<PromptPart> prompt, string placeholder, Tensor? features, int maxNewTokens, string segmentation = "[SEG]", string stop = "<|im_end|>")
    {
        using var scope = NewDisposeScope();
        var language = _network.LanguageModel;
        using var cache = language.NewCache();
        var limits = new GenerationOptions(maxNewTokens, [_tokenizer.RequiredId(stop)], _tokenizer.RequiredId(segmentation));
        using var answer = AnswerDecoding.Run(language, cache, Embed(prompt, placeholder, features), limits, TestContext.Current.CancellationToken);
        return ([.. answer.Tokens], [.. answer.WatchedStates.Select(state => _network.ProjectSegmentation(state).ToArray<float>())]);
    }

    /// <summary>The scores of every token with which an answer may begin.</summary>
    public float[] Scores(IEnumerable<PromptPart> prompt, string placeholder, Tensor features)
    {
        using var scope = NewDisposeScope();
        using var cache = _network.LanguageModel.NewCache();
        var states = _network.LanguageModel.forward(Embed(prompt, placeholder, features), cache);
        return _network.LanguageModel.Logits(states.select(1, -1)).ToArray<float>();
    }

    /// <summary>What an InternVL tower makes of pictures, in the current scope: [n, H].</summary>
    public Tensor Look(IReadOnlyList<RgbPixels> pictures) =>
        cat([.. pictures.Select(one => _network.Look(ImageNormalizer.Sam2.Normalize(one.Bytes.Span, one.Height, one.Width)).squeeze(0))]);

    public void Dispose() => _store.Dispose();

    private Tensor Embed(IEnumerable<PromptPart> prompt, string placeholder, Tensor? features)
    {
        var mark = _tokenizer.RequiredId(placeholder);
        int[] ids = [.. _tokenizer.BeginOfSequence is { } begin ? (int[])[begin] : [], .. _tokenizer.Encode(prompt)];
        var (rows, used) = (new List<Tensor>(), 0L);
        foreach (var id in ids)
            rows.Add(id == mark ? features!.narrow(0, used++, 1).unsqueeze(0) : _network.LanguageModel.Embed([id]));
        Assert.Equal(features?.size(0) ?? 0, used);
        return cat([.. rows], 1);
    }
}
