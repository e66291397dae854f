using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// A loaded UniPixel: looks at clips, answers questions about them and about objects in them, and has the tracker that turns answers into
/// masks. Everything but the constructor and <see cref="Dispose"/> is safe to call from one thread at a time.
/// </summary>
public sealed partial class UniPixelModel : IConversingModel
{
    private readonly UniPixelNetwork _network;
    private readonly UniPixelTokens _tokens;
    private readonly ClipReader _reader;
    private readonly WeightStore? _owned;

    /// <param name="root">Scope of the whole checkpoint; its store must outlive the model.</param>
    /// <param name="config">Architecture.</param>
    /// <param name="tokenizer">The checkpoint's.</param>
    /// <exception cref="ModelFolderException">A weight is missing or misshaped, or the tokenizer is not UniPixel's.</exception>
    public UniPixelModel(WeightScope root, UniPixelConfig config, Tokenizer tokenizer)
        : this(root, root, config, tokenizer, Quantization.None, owned: null)
    {
    }

    private UniPixelModel(WeightScope root, WeightScope tracker, UniPixelConfig config, Tokenizer tokenizer, Quantization quantize, WeightStore? owned)
    {
        _network = new UniPixelNetwork(root, tracker, config, quantize);
        _tokens = new UniPixelTokens(config, tokenizer);
        _reader = new ClipReader(_network, _tokens, root.ComputeType, root.Device);
        _owned = owned;
        if (tokenizer.Count > config.Language.VocabularySize)
        {
            throw new ModelFolderException(
                $"The tokenizer has ids up to {tokenizer.Count - 1}, but config.json gives the language model {config.Language.VocabularySize} tokens. The tokenizer's files and config.json belong to different checkpoints.");
        }
    }

    public UniPixelConfig Config => _network.Config;

    public Tokenizer Tokenizer => _tokens.Tokenizer;

    /// <inheritdoc/>
    public Sam2Model Sam2 => _network.Sam2;

    /// <inheritdoc/>
    public ImageNormalizer TrackerNormalizer => ImageNormalizer.UniPixel;

    /// <inheritdoc/>
    public Sam2MaskDecoder? LanguageDecoder => null;

    /// <inheritdoc/>
    public IGroundingProtocol OwnProtocol { get; } = new UniPixelProtocol();

    /// <inheritdoc/>
    public long VisionBytesPerFrame => Config.VisionBytesPerFrame;

    /// <summary>Loads a folder in the official layout: config.json, tokenizer files, safetensors. On the CPU weights are mapped.</summary>
    /// <exception cref="ModelFolderException">
    /// The folder is of another kind or an adapter, or something in it is missing, damaged, surplus or misshaped; the message names it.
    /// </exception>
    public static UniPixelModel Load(string folder, Device device, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        ModelFolder.RefuseAdapter(folder);
        if (options.Sam2 is not null)
            throw new ModelFolderException($"'{folder}' is a UniPixel, whose tracker is SAM 2.1 already. Leave the second SAM 2 out.");
        var config = UniPixelConfig.Load(folder);
        var tokenizer = Tokenizer.Load(folder);
        var store = CheckpointStore.Open(folder, device);
        try
        {
            var type = options.LanguageType ?? (device.Type == DeviceType.CPU ? float32 : bfloat16);
            var model = new UniPixelModel(new WeightScope(store, computeType: type), new WeightScope(store, computeType: options.TrackerType), config, tokenizer, options.Quantize, store);
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
    public IReadOnlyList<(int Width, int Height)> FrameSizes(int width, int height, int frames) => [Config.FrameSize(width, height, frames)];

    /// <inheritdoc/>
    public long PrefixBytes(int frames) => _network.LanguageModel.CacheBytes(_tokens.Prefix(Config.MostTokens(frames)).Length);

    /// <inheritdoc/>
    public IReadOnlyList<VisionPrefix> Encode(IReadOnlyList<VisionInput> inputs, int framesAtOnce)
    {
        foreach (var input in inputs) _reader.Check(input.Pictures);
        return VisionPrefix.ReadEach(inputs, input => _reader.Read(input.Pictures));
    }

    /// <summary>Looks at a clip for <see cref="Localize"/> and <see cref="BeginAbout"/>.</summary>
    /// <param name="frames">1 or more frames of the size that <see cref="UniPixelConfig.FrameSize"/> gives, in order of time.</param>
    /// <exception cref="ArgumentException">There is no frame, one has another size, or they are too many for the language model.</exception>
    public UniPixelClip Look(IReadOnlyList<RgbPixels> frames)
    {
        _reader.Check(frames);
        using var scope = NewDisposeScope();
        Tensor? groups = null;
        var prefix = _reader.Read(frames, seen => groups = seen.clone().DetachFromDisposeScope());
        return new UniPixelClip(prefix, groups!, _reader.Grid(frames));
    }

    /// <inheritdoc/>
    public PendingAnswer Begin(VisionPrefix prefix, string question, AskOptions? options = null)
    {
        options = (options ?? new AskOptions()).Validated();
        var text = options.Raw ? question : options.Plain ? question.Trim() : UniPixelQuestion.Apply(question, isImage: prefix.Frames == 1);
        using var scope = NewDisposeScope();
        var ids = _tokens.Question([PromptPart.Text(text)]);
        return Begin(prefix, ids, _network.LanguageModel.Embed(ids), options);
    }

    /// <inheritdoc/>
    public PendingAnswer BeginPresence(VisionPrefix prefix, string expression)
    {
        var fork = PresenceQuestion.Fork(expression, _tokens.Answer(PresenceQuestion.Yes), _tokens.Answer(PresenceQuestion.No));
        using var scope = NewDisposeScope();
        int[] ids = [.. _tokens.Question([PromptPart.Text(PresenceQuestion.Of(expression, isStill: prefix.Frames == 1))]), .. fork.Shared];
        return Begin(prefix, ids, _network.LanguageModel.Embed(ids), new AskOptions { MaxNewTokens = 1 }, fork);
    }

    /// <summary>Asks about a clip that was looked at. Questions about one clip do not influence each other.</summary>
    /// <param name="prefix">Unchanged.</param>
    /// <param name="question">What a person wrote; tokens spelled in it are plain text.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Counts between tokens of the answer.</param>
    /// <exception cref="ArgumentException">The question is empty or too long.</exception>
    public Answer Ask(VisionPrefix prefix, string question, AskOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var pending = Begin(prefix, question, options);
        return Finish(pending, cancellationToken);
    }

    /// <inheritdoc/>
    public void Step(IReadOnlyList<PendingAnswer> answers)
    {
        List<GrowingAnswer> open = [.. answers.Select(answer => answer.Decoding).Where(decoding => !decoding.IsDone)];
        if (open.Count > 0) AnswerDecoding.Step(_network.LanguageModel, open);
        foreach (var answer in answers.Where(answer => answer.Answer is null && answer.Decoding.IsDone)) answer.Complete(Interpret(answer.Decoding));
    }

    public void Dispose() => _owned?.Dispose();

    private PendingAnswer Begin(VisionPrefix prefix, int[] ids, Tensor embedded, AskOptions options, AnswerFork? fork = null)
    {
        var room = LanguageModel.ContextLimit - prefix.Tokens - ids.Length - 1;
        if (room < 1)
            throw new ArgumentException($"The question takes {ids.Length} tokens; with the frames' {prefix.Tokens} that is more than the {LanguageModel.ContextLimit} that the language model reads. Ask a shorter question.", nameof(ids));
        var limits = Limits(options, room);
        if (fork is not null) limits = limits with { WatchedId = null, WatchesPrediction = false, ScoredIds = [fork.Yes, fork.No] };
        return new PendingAnswer(prefix.Cache.Copy(more: ids.Length + 32), embedded, limits, Tokenizer);
    }

    private GenerationOptions Limits(AskOptions options, long room) =>
        new((int)Math.Min(options.MaxNewTokens, room), _tokens.Stops, _tokens.SegmentationId) { WatchesPrediction = true, Sampling = options.Sampling };

    private Answer Finish(PendingAnswer pending, CancellationToken cancellationToken)
    {
        while (pending.Answer is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step([pending]);
        }

        return pending.Answer;
    }

    private Answer Interpret(GrowingAnswer answer)
    {
        using var scope = NewDisposeScope();
        var tokens = answer.Tokens.ToArray();
        var spoken = answer.Stopped ? tokens.AsSpan(0, tokens.Length - 1) : tokens;
        var prompts = answer.WatchedStates.Select(state => _network.SegmentationHead.forward(state).ToArray<float>()).ToArray();
        return new Answer(Tokenizer.Decode(spoken).Trim(), tokens, prompts, answer.Stopped) { SaidYes = answer.Scores is { } scores ? AnswerFork.ProbabilityOfYes(scores) : null };
    }
}
