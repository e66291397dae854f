using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// A loaded Sa2VA: looks at key frames, answers questions about them, and has the tracker that turns answers into masks.
/// Everything but the constructor and <see cref="Dispose"/> is safe to call from one thread at a time.
/// </summary>
public sealed class Sa2vaModel : IDisposable
{
    private readonly Sa2vaNetwork _network;
    private readonly WeightStore? _owned;
    private readonly PromptTokens _prompts;

    /// <param name="root">Scope of the whole checkpoint; its store must outlive the model.</param>
    /// <param name="config">Architecture.</param>
    /// <param name="tokenizer">The checkpoint's.</param>
    /// <exception cref="ModelFolderException">A weight is missing or misshaped, or the tokenizer is not Sa2VA's.</exception>
    public Sa2vaModel(WeightScope root, Sa2vaConfig config, Tokenizer tokenizer)
        : this(new Sa2vaNetwork(root, root, config), tokenizer, owned: null)
    {
    }

    private Sa2vaModel(Sa2vaNetwork network, Tokenizer tokenizer, WeightStore? owned)
    {
        (_network, Tokenizer, _owned) = (network, tokenizer, owned);
        var config = network.Config;
        _prompts = new PromptTokens(config, tokenizer);
        if (tokenizer.Count > config.Language.VocabularySize)
        {
            throw new ModelFolderException(
                $"The tokenizer has ids up to {tokenizer.Count - 1}, but config.json gives the language model {config.Language.VocabularySize} tokens. The tokenizer's files and config.json belong to different checkpoints.");
        }
    }

    public Sa2vaConfig Config => _network.Config;

    public Tokenizer Tokenizer { get; }

    /// <summary>The tracker.</summary>
    public Sam2Model Sam2 => _network.Sam2;

    /// <summary>Sa2VA-i's decoder of sentences; null for a plain Sa2VA.</summary>
    public Sam2MaskDecoder? ModifiedDecoder => _network.ModifiedDecoder;

    /// <summary>Loads a folder in the official layout: config.json, tokenizer files, safetensors. On the CPU weights are mapped.</summary>
    /// <exception cref="ModelFolderException">
    /// The folder is of another kind, or something in it is missing, damaged, surplus or misshaped; the message names it.
    /// </exception>
    public static Sa2vaModel Load(string folder, Device device, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var config = Sa2vaConfig.Load(folder);
        var tokenizer = Tokenizer.Load(folder);
        var store = CheckpointStore.Open(folder, device);
        try
        {
            var type = options.LanguageType ?? (device.Type == DeviceType.CPU ? float32 : bfloat16);
            var network = new Sa2vaNetwork(new WeightScope(store, computeType: type), new WeightScope(store, computeType: options.TrackerType), config);
            var model = new Sa2vaModel(network, tokenizer, store);
            store.ThrowIfSurplus();
            return model;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Looks at key frames, once for all questions about them.</summary>
    /// <param name="frames">1 or more RGB frames of <see cref="Sa2vaConfig.VisionImageSize"/> squared, in order of time.</param>
    /// <exception cref="ArgumentException">There is no frame, one has another size, or they are too many for the language model.</exception>
    public VisionPrefix EncodeFrames(IReadOnlyList<RgbPixels> frames)
    {
        if (frames.Count == 0)
            throw new ArgumentException("There is no frame to look at.", nameof(frames));
        var ids = PrefixIds(frames.Count);
        if (ids.Length >= LanguageModel.ContextLimit)
            throw new ArgumentException($"{frames.Count} frames take {ids.Length} tokens, more than the {LanguageModel.ContextLimit} that the language model reads; choose fewer key frames.", nameof(frames));

        using var scope = NewDisposeScope();
        var features = cat([.. frames.Select(Look)]);                                                // [F, tokens, H]
        return Read(ids, features, frames.Count);
    }

    /// <summary>Asks about frames that were looked at. Questions about one prefix do not influence each other.</summary>
    /// <param name="prefix">From <see cref="EncodeFrames"/>; unchanged.</param>
    /// <param name="question">What a person wrote; tokens spelled in it are plain text.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Counts between tokens of the answer.</param>
    /// <exception cref="ArgumentException">The question is empty or too long.</exception>
    public Answer Ask(VisionPrefix prefix, string question, AskOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = (options ?? new AskOptions()).Validated();
        var text = options.Raw ? question : QuestionTemplate.Apply(question);
        var ids = _prompts.Question(text);
        var room = LanguageModel.ContextLimit - prefix.Tokens - ids.Length - 1;
        if (room < 1)
            throw new ArgumentException($"The question takes {ids.Length} tokens; with the frames' {prefix.Tokens} that is more than the {LanguageModel.ContextLimit} that the language model reads. Ask a shorter question.", nameof(question));

        using var scope = NewDisposeScope();
        using var cache = prefix.Cache.Copy(more: ids.Length + 32);
        var limits = new GenerationOptions((int)Math.Min(options.MaxNewTokens, room), _prompts.Stops, _prompts.Segmentation);
        using var answer = GreedyDecoding.Run(_network.LanguageModel, cache, _network.LanguageModel.Embed(ids), limits, cancellationToken);
        return Interpret(answer);
    }

    public void Dispose() => _owned?.Dispose();

    /// <summary>The tokens before a question: the turn's beginning, then the frames with a line break between.</summary>
    internal int[] PrefixIds(int frames) => _prompts.Prefix(frames);

    private Tensor Look(RgbPixels frame)
    {
        var side = Config.VisionImageSize;
        if (frame.Width != side || frame.Height != side)
            throw new ArgumentException($"The vision tower takes frames of {side}x{side} pixels; one is {frame.Width}x{frame.Height}. Resize it first.", nameof(frame));
        using var scope = NewDisposeScope();
        return _network.Look(ImageNormalizer.Sam2.Normalize(frame.Bytes.Span, side, side)).MoveToOuterDisposeScope();
    }

    private VisionPrefix Read(int[] ids, Tensor features, int frames)
    {
        var cache = _network.LanguageModel.NewCache(ids.Length);
        try
        {
            _network.LanguageModel.forward(_network.Embed(ids, _prompts.Placeholder, features), cache);
            return new VisionPrefix(cache, frames);
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    private Answer Interpret(Generation answer)
    {
        var tokens = answer.Tokens.ToArray();
        var spoken = answer.Stopped ? tokens.AsSpan(0, tokens.Length - 1) : tokens;
        var prompts = answer.WatchedStates.Select(state => _network.ProjectSegmentation(state).ToArray<float>()).ToArray();
        return new Answer(Tokenizer.Decode(spoken).Trim(), tokens, prompts, answer.Stopped);
    }
}
