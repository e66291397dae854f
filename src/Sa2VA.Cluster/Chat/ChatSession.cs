using System.Threading.Channels;
using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Cluster.Chat;

/// <summary>
/// A conversation about a video, a picture, or nothing to see, in this process. It is a view of an actor that owns what was said; several
/// conversations and runs share one model and take turns. Dispose of it before the model's host.
/// </summary>
public sealed class ChatSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly ActorRef<ChatCommand> _actor;
    private readonly ModelHost _host;
    private readonly RunModel _model;
    private readonly ChatRequest _request;

    private ChatSession(ModelHost host, RunModel model, ActorRef<ChatCommand> actor, ChatRequest request, VideoInfo? source)
        => (_host, _model, _actor, _request, Source) = (host, model, actor, request, source);

    /// <summary>What the probe found out about the file; null without one.</summary>
    public VideoInfo? Source { get; }

    /// <summary>The model's.</summary>
    public Tokenizer Tokenizer => _model.Conversing.Tokenizer;

    /// <summary>Whether the model was trained to describe what it sees with a mask for each phrase.</summary>
    public bool SaysCaptions => _model.Language is Sa2vaModel;

    /// <summary>Loads what is needed and looks at the file.</summary>
    /// <param name="host">The model, shared with whoever else has it.</param>
    /// <param name="request">What it is about.</param>
    /// <param name="cancellationToken">Counts until the file was looked at.</param>
    /// <exception cref="RunException">The request cannot be served; the message says why.</exception>
    /// <exception cref="MediaException">The file cannot be read.</exception>
    /// <exception cref="Sa2VA.Models.ModelFolderException">The model cannot be loaded.</exception>
    public static async Task<ChatSession> OpenAsync(ModelHost host, ChatRequest request, CancellationToken cancellationToken) =>
        await OpenAsync(host, request, request.Source is { } path ? await ProbeAsync(path, request.Limits, cancellationToken) : null, cancellationToken);

    /// <summary>The same for a file that was probed.</summary>
    internal static async Task<ChatSession> OpenAsync(ModelHost host, ChatRequest request, VideoInfo? source, CancellationToken cancellationToken)
    {
        RunRules.CheckGrounding(request.KeyFrames, maxNewTokens: 1);
        var model = await host.GetAsync(cancellationToken);
        return await OpenAsync(host, model, request, source, await ReadAsync(source, request, model.Conversing, cancellationToken), cancellationToken);
    }

    /// <summary>The same about pictures in memory: none, a still picture, or frames of a video in order of time. They stay the caller's.</summary>
    internal static async Task<ChatSession> OpenAsync(ModelHost host, IReadOnlyList<RgbImage> pictures, CancellationToken cancellationToken)
    {
        var model = await host.GetAsync(cancellationToken);
        var language = model.Conversing;
        var isStill = pictures.Count == 1;
        var seen = new ChatPictures([.. pictures.SelectMany(picture => KeyFramePictures.Of(picture, isStill, pictures.Count, language))], isStill, []);
        return await OpenAsync(host, model, new ChatRequest(), source: null, seen, cancellationToken);
    }

    private static async Task<ChatSession> OpenAsync(ModelHost host, RunModel model, ChatRequest request, VideoInfo? source, ChatPictures pictures, CancellationToken cancellationToken)
    {
        var language = model.Conversing;
        var session = new ChatSession(host, model, host.Spawn("chat", () => new ChatActor(language, host.Tensors), ChatActor.MailboxCapacity), request, source);
        try
        {
            await session._actor.AskAsync<bool>(reply => new ChatCommand.Look(pictures, reply), Patience, cancellationToken);
            return session;
        }
        catch (ArgumentException refusal)
        {
            await session.DisposeAsync();
            throw new RunException(RunFailureKind.Settings, refusal.Message, refusal);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Asks, and waits for the end of the answer. It belongs to the conversation then; a question that fails was never asked.
    /// </summary>
    /// <param name="text">What a person wrote; it is passed on as it is.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="said">Hears the answer piece by piece, in whole characters.</param>
    /// <param name="cancellationToken">Ends the answer where it is: it is kept as far as it came, with <see cref="Answer.Complete"/> false.</param>
    /// <exception cref="RunException">The question is empty or too long, or the answer is unusable.</exception>
    public Task<Answer> AskAsync(string text, AskOptions? options = null, Action<string>? said = null, CancellationToken cancellationToken = default) =>
        AskAsync(text, asksForMask: false, options, said, cancellationToken);

    /// <summary>The same for something to segment, put in the words that the model was trained with.</summary>
    /// <exception cref="RunException">The phrase is empty or too long, or the answer is unusable.</exception>
    public Task<Answer> AskForMaskAsync(string phrase, AskOptions? options = null, Action<string>? said = null, CancellationToken cancellationToken = default) =>
        AskAsync(phrase, asksForMask: true, options, said, cancellationToken);

    private async Task<Answer> AskAsync(string text, bool asksForMask, AskOptions? options, Action<string>? said, CancellationToken cancellationToken)
    {
        options ??= new AskOptions();
        var pieces = Channel.CreateBounded<string>(options.MaxNewTokens + 1);
        var question = new ChatQuestion(text, asksForMask, options, pieces.Writer, cancellationToken);
        // Once asked, an answer comes: also when it is to end at once.
        await _actor.TellAsync(new ChatCommand.Ask(question), CancellationToken.None);
        await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None)) said?.Invoke(piece);
        try
        {
            var answer = await question.Answer;
            return answer.SegEmbeddings.All(embedding => Array.TrueForAll(embedding, float.IsFinite))
                ? answer
                : throw new RunException(RunFailureKind.Model, "The language model's answer has numbers that are not finite; the checkpoint may be damaged.");
        }
        catch (ArgumentException refusal)
        {
            throw new RunException(RunFailureKind.Settings, refusal.Message, refusal);
        }
    }

    /// <summary>Reads turns that were had before, in another process say: the conversation goes on behind them.</summary>
    /// <exception cref="RunException">They do not fit the model.</exception>
    public async Task RecallAsync(IReadOnlyList<RecalledTurn> turns, CancellationToken cancellationToken)
    {
        try
        {
            await _actor.AskAsync<bool>(reply => new ChatCommand.Recall(turns, reply), Patience, cancellationToken);
        }
        catch (ArgumentException refusal)
        {
            throw new RunException(RunFailureKind.Settings, refusal.Message, refusal);
        }
    }

    /// <summary>Bytes that what was read takes on the device, beside the model.</summary>
    public Task<long> MeasureAsync(CancellationToken cancellationToken) => _actor.AskAsync<long>(reply => new ChatCommand.Measure(reply), Patience, cancellationToken);

    /// <summary>Forgets what was said; the file need not be looked at again.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) =>
        _actor.AskAsync<bool>(reply => new ChatCommand.Restart(reply), Patience, cancellationToken);

    /// <summary>Makes the masks of objects on every frame of the file: of what answers meant, or of what is shown.</summary>
    /// <exception cref="InvalidOperationException">The conversation is about nothing to see.</exception>
    public IAsyncEnumerable<FollowedFrame> FollowAsync(IReadOnlyList<FollowedObject> objects, CancellationToken cancellationToken) =>
        new ObjectFollower(_model, _host.Tensors, Source ?? throw new InvalidOperationException("The conversation is about nothing to see."), _request.Protocol, _request.KeyFrames)
            .FollowAsync(objects, cancellationToken);

    /// <summary>Ends the conversation; an answer under way is given up.</summary>
    public async ValueTask DisposeAsync() => await _actor.StopAsync(drain: false);

    /// <summary>Finds out about a file.</summary>
    internal static Task<VideoInfo> ProbeAsync(string path, CancellationToken cancellationToken) => ProbeAsync(path, MediaLimits.Default, cancellationToken);

    private static async Task<VideoInfo> ProbeAsync(string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        if (!Path.Exists(path)) throw new RunException(RunFailureKind.Media, $"There is no video or picture '{path}'.");
        return await MediaProbe.ProbeAsync(path, limits, cancellationToken);
    }

    private static async Task<ChatPictures> ReadAsync(VideoInfo? source, ChatRequest request, IConversingModel model, CancellationToken cancellationToken)
    {
        if (source is null) return new ChatPictures([], IsStill: false, []);
        if (request.Frame is not { } frame)
        {
            var frames = request.Protocol.ProcedureFor(model).KeyFrames((int)source.FrameCount, request.KeyFrames);
            var pictures = await KeyFramePictures.ReadAsync(source, frames, model, request.Limits, cancellationToken);
            return new ChatPictures(pictures, source.IsStill, Cells(source, request, model));
        }

        if (frame < 0 || frame >= source.FrameCount)
            throw new RunException(RunFailureKind.Settings, $"Frame {frame} is to be looked at, but '{source.Path}' has frames 0 to {source.FrameCount - 1}.");
        var still = await KeyFramePictures.ReadAsync(source with { IsStill = true }, [frame], model, request.Limits, cancellationToken);
        return new ChatPictures(still, IsStill: true, Cells(source, request, model));
    }

    private static IReadOnlyList<IReadOnlyList<int>> Cells(VideoInfo source, ChatRequest request, IConversingModel model) =>
        [.. request.Regions.Select(mask => RegionCells.Of(mask.Span, source.Width, source.Height, ((Sa2vaModel)model).Config.CellsPerSide))];
}
