using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va.Grounding;
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
public sealed partial class Sa2vaModel : IConversingModel
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

    /// <summary>DeSa2VA's head; null for a plain Sa2VA.</summary>
    public DecoupledHead? Decoupled => _network.Decoupled;

    /// <inheritdoc/>
    ImageNormalizer IGroundingModel.TrackerNormalizer => ImageNormalizer.Sa2va;

    /// <inheritdoc/>
    Sam2MaskDecoder? IGroundingModel.LanguageDecoder => ModifiedDecoder;

    /// <inheritdoc/>
    long IGroundingModel.VisionBytesPerFrame => Config.VisionBytesPerFrame;

    /// <inheritdoc/>
    IGroundingProtocol? IGroundingModel.OwnProtocol => null;

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
            var original = options.Sam2 is { } sam2 ? store.Own(OriginalDecoder.Open(sam2, folder, device, options.TrackerType)) : null;
            var network = new Sa2vaNetwork(
                new WeightScope(store, computeType: type), new WeightScope(store, computeType: options.TrackerType), config, original?.Scope, options.Quantize);
            var model = new Sa2vaModel(network, tokenizer, store);
            store.ThrowIfSurplus();
            return model;
        }
        catch (ModelFolderException refusal) when (!refusal.Message.Contains(folder, StringComparison.Ordinal))
        {
            store.Dispose();
            throw new ModelFolderException($"'{folder}' cannot be loaded. {refusal.Message}", refusal);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    IReadOnlyList<(int Width, int Height)> IGroundingModel.FrameSizes(int width, int height, int frames) => Config.FrameSizes(width, height);

    /// <summary>Looks at key frames, once for all questions about them.</summary>
    /// <param name="frames">1 or more RGB frames of the size that <see cref="Sa2vaConfig.FrameSizes"/> ends with, in order of time.</param>
    /// <exception cref="ArgumentException">There is no frame, one has another size, or they are too many for the language model.</exception>
    public VisionPrefix EncodeFrames(IReadOnlyList<RgbPixels> frames) => EncodeFrames([frames], framesAtOnce: 1)[0];

    /// <summary>
    /// Looks at the key frames of several videos; their frames share the passes through the vision tower. On the CPU each prefix has the
    /// bits that it would have alone; a GPU's kernels may differ in the last ones.
    /// </summary>
    /// <param name="videos">The frames of each, as of one video.</param>
    /// <param name="framesAtOnce">Frames in a pass, at least 1: memory grows with it, see <see cref="Sa2vaConfig.VisionBytesPerFrame"/>.</param>
    /// <returns>A prefix for each video, in their order; the caller's.</returns>
    /// <exception cref="ArgumentException">As of one video, see <see cref="CheckFrames"/>; nothing was looked at.</exception>
    public IReadOnlyList<VisionPrefix> EncodeFrames(IReadOnlyList<IReadOnlyList<RgbPixels>> videos, int framesAtOnce) =>
        Encode([.. videos.Select(frames => new VisionInput(frames))], framesAtOnce);

    /// <summary>The same for videos and still pictures.</summary>
    /// <param name="inputs">What to look at.</param>
    /// <param name="framesAtOnce">Frames or tiles in a pass, at least 1.</param>
    /// <returns>A prefix for each, in their order; the caller's.</returns>
    /// <exception cref="ArgumentException">One cannot be looked at, see <see cref="Check"/>; nothing was looked at.</exception>
    public IReadOnlyList<VisionPrefix> Encode(IReadOnlyList<VisionInput> inputs, int framesAtOnce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesAtOnce, 1);
        foreach (var input in inputs) Check(input);

        using var scope = NewDisposeScope();
        if (_network.QwenVision is { } tower)
            return VisionPrefix.ReadEach(inputs, input => Read(_network.Look(tower, input.Pictures), input));
        var features = cat([.. inputs.SelectMany(input => input.Pictures).Chunk(framesAtOnce).Select(Look)]);  // [F, tokens, H]
        var first = 0;
        return VisionPrefix.ReadEach(inputs, input =>
        {
            first += input.Pictures.Count;
            return Read(PrefixIds(input), WithRegions(features.narrow(0, first - input.Pictures.Count, input.Pictures.Count), input.Regions), input);
        });
    }

    /// <summary>Refuses key frames that cannot be looked at.</summary>
    /// <exception cref="ArgumentException">There is no frame, one has another size, or they are too many for the language model.</exception>
    public void CheckFrames(IReadOnlyList<RgbPixels> frames) => Check(new VisionInput(frames));

    /// <summary>Refuses what cannot be looked at.</summary>
    /// <exception cref="ArgumentException">As <see cref="CheckFrames"/>; or there are regions that cannot be asked about.</exception>
    public void Check(VisionInput input)
    {
        var frames = input.Pictures;
        CheckRegions(input);
        if (frames.Count == 0)
            throw new ArgumentException("There is no frame to look at.", nameof(frames));
        if (Config.QwenVision is { } qwen)
            CheckSizes(frames, qwen.PatchSize * qwen.MergeSize);
        var tokens = PrefixIds(input).Length;
        if (tokens >= LanguageModel.ContextLimit)
            throw new ArgumentException($"{frames.Count} frames take {tokens} tokens, more than the {LanguageModel.ContextLimit} that the language model reads; choose fewer key frames.", nameof(frames));
        var side = Config.VisionImageSize;
        foreach (var frame in Config.QwenVision is null ? frames : [])
        {
            if (frame.Width != side || frame.Height != side)
                throw new ArgumentException($"The vision tower takes frames of {side}x{side} pixels; one is {frame.Width}x{frame.Height}. Resize it first.", nameof(frames));
        }
    }

    /// <summary>Bytes that the prefix of so many frames takes, and about as many each answer to a question about it.</summary>
    public long PrefixBytes(int frames) => _network.LanguageModel.CacheBytes(PrefixIds(frames).Length);

    /// <summary>Asks about frames that were looked at. Questions about one prefix do not influence each other.</summary>
    /// <param name="prefix">From <see cref="EncodeFrames"/>; unchanged.</param>
    /// <param name="question">What a person wrote; tokens spelled in it are plain text.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Counts between tokens of the answer.</param>
    /// <exception cref="ArgumentException">The question is empty or too long.</exception>
    public Answer Ask(VisionPrefix prefix, string question, AskOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var pending = Begin(prefix, question, options);
        while (pending.Answer is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step([pending]);
        }

        return pending.Answer;
    }

    /// <summary>Begins an answer, to be decoded together with others by <see cref="Step"/>. It continues from a copy of the prefix, which may then go.</summary>
    /// <param name="prefix">From <see cref="EncodeFrames(IReadOnlyList{RgbPixels})"/>; unchanged.</param>
    /// <param name="question">What a person wrote; tokens spelled in it are plain text.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="ArgumentException">The question is empty or too long.</exception>
    public PendingAnswer Begin(VisionPrefix prefix, string question, AskOptions? options = null)
    {
        options = (options ?? new AskOptions()).Validated();
        var text = options.Raw ? question : options.Plain ? QuestionTemplate.Spoken(question) : QuestionTemplate.Apply(question, prefix.IsStill);
        var ids = _prompts.Question(prefix.Tail + text);
        return Begin(prefix, ids, room => Limits(options, room), nameof(question));
    }

    /// <summary>
    /// Decodes one token more of each answer, in one pass. Answers to questions about any prefixes may be decoded together, and join or leave
    /// between steps. On the CPU each has the bits that it would have alone; a GPU's kernels may differ in the last ones. A step that fails
    /// may be done again.
    /// </summary>
    /// <param name="answers">Any; those that are complete stay as they are.</param>
    public void Step(IReadOnlyList<PendingAnswer> answers)
    {
        List<GrowingAnswer> open = [.. answers.Select(answer => answer.Decoding).Where(decoding => !decoding.IsDone)];
        if (open.Count > 0) AnswerDecoding.Step(_network.LanguageModel, open);
        foreach (var answer in answers.Where(answer => answer.Answer is null && answer.Decoding.IsDone)) answer.Complete(Interpret(answer.Decoding));
    }

    public void Dispose() => _owned?.Dispose();

    /// <summary>The tokens before a question: the turn's beginning, then the frames with a line break between.</summary>
    internal int[] PrefixIds(int frames) => _prompts.Prefix(frames);

    /// <summary>Begins an answer to a question of these tokens.</summary>
    private PendingAnswer Begin(VisionPrefix prefix, int[] ids, Func<long, GenerationOptions> limits, string argument)
    {
        var room = LanguageModel.ContextLimit - prefix.Tokens - ids.Length - 1;
        if (room < 1)
            throw new ArgumentException($"The question takes {ids.Length} tokens; with the frames' {prefix.Tokens} that is more than the {LanguageModel.ContextLimit} that the language model reads. Ask a shorter question.", argument);
        using var scope = NewDisposeScope();
        return new PendingAnswer(prefix.Cache.Copy(more: ids.Length + 32), _network.LanguageModel.Embed(ids), limits(room), Tokenizer);
    }

    private GenerationOptions Limits(AskOptions options, long room) =>
        new((int)Math.Min(options.MaxNewTokens, room), _prompts.Stops, _prompts.Segmentation) { Sampling = options.Sampling };

    private static void CheckSizes(IReadOnlyList<RgbPixels> frames, int multiple)
    {
        foreach (var frame in frames)
        {
            if (frame.Width < 1 || frame.Height < 1 || frame.Width % multiple != 0 || frame.Height % multiple != 0 || frame.Bytes.Length != (long)frame.Width * frame.Height * 3)
                throw new ArgumentException($"The vision tower takes frames with sides that are multiples of {multiple}; one is {frame.Width}x{frame.Height}. Resize it first.", nameof(frames));
        }
    }

    /// <summary>Over Qwen-VL: the tokens of a frame have its rows and columns, and are added to in the first layers.</summary>
    private VisionPrefix Read(QwenVlFrames seen, VisionInput input)
    {
        var ids = _prompts.Prefix(seen.Tokens);
        var embeddings = _network.Embed(ids, _prompts.Placeholder, seen.Embeddings);
        var (positions, deep) = (seen.Positions(ids, _prompts.Placeholder), seen.Deep(ids, _prompts.Placeholder, embeddings.device));
        return Filled(ids.Length, input, cache =>
            _network.LanguageModel.forward(embeddings, [new Continuation(cache, ids.Length) { Positions = positions }], hidden_states: null, deep));
    }

    private Tensor Look(RgbPixels[] frames)
    {
        var side = Config.VisionImageSize;
        using var scope = NewDisposeScope();
        var pixels = cat([.. frames.Select(frame => ImageNormalizer.Sam2.Normalize(frame.Bytes.Span, side, side))]);        // [B, 3, S, S]
        return _network.Look(pixels).MoveToOuterDisposeScope();                                      // [B, tokens, H]
    }

    private VisionPrefix Read(int[] ids, Tensor features, VisionInput input) =>
        Filled(ids.Length, input, cache => _network.LanguageModel.forward(_network.Embed(ids, _prompts.Placeholder, features), cache));

    private VisionPrefix Filled(int tokens, VisionInput input, Action<KeyValueCache> read) => VisionPrefix.Read(_network.LanguageModel, tokens, input, read);

    private Answer Interpret(GrowingAnswer answer)
    {
        using var scope = NewDisposeScope();
        var tokens = answer.Tokens.ToArray();
        var spoken = answer.Stopped ? tokens.AsSpan(0, tokens.Length - 1) : tokens;
        var prompts = answer.WatchedStates.Select(state => _network.ProjectSegmentation(state).ToArray<float>()).ToArray();
        return new Answer(Tokenizer.Decode(spoken).Trim(), tokens, prompts, answer.Stopped) { SaidYes = answer.Scores is { } scores ? AnswerFork.ProbabilityOfYes(scores) : null };
    }
}
