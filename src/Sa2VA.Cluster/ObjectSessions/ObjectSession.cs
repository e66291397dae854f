using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>How a session is begun.</summary>
public sealed record ObjectSessionOptions
{
    /// <summary>Frames of a longer video that the model sees. Default 16 as in the official code, 1 to 64.</summary>
    public int Frames { get; init; } = 16;

    /// <summary>Frames of the video that have to be among them, for example those on which objects will be pointed at.</summary>
    public IReadOnlyList<int> Keep { get; init; } = [];
}

/// <summary>
/// Questions about objects in a video, for a UniPixel: an object that is pointed at is found on all frames that the model sees and
/// remembered under its id; a question that names it as <c>[id]</c>, then or later, is answered with what was seen of it (the two passes
/// of PixelQA). What is remembered is stored in a folder and there again when the session is opened again.
/// </summary>
public sealed class ObjectSession : IAsyncDisposable
{
    // An answer is waited for as long as it takes: a slow machine needs minutes for the first look.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly ActorSystem _system;
    private readonly ActorRef<ObjectSessionCommand> _actor;
    private readonly ObjectSessionWork _work;
    private readonly SqliteJournal _journal;

    private ObjectSession(ActorSystem system, ActorRef<ObjectSessionCommand> actor, ObjectSessionWork work, SqliteJournal journal, VideoInfo source, SessionClip clip)
        => (_system, _actor, _work, _journal, Source, Clip) = (system, actor, work, journal, source, clip);

    /// <summary>What the probe found out about the file.</summary>
    public VideoInfo Source { get; }

    /// <summary>The frames that the model sees.</summary>
    public SessionClip Clip { get; }

    /// <summary>Begins a session, or goes on with the one in the folder. One process at a time has it: whoever opens it later takes it over.</summary>
    /// <param name="video">Path of the video file, or of a folder of pictures.</param>
    /// <param name="model">A UniPixel; must outlive the session.</param>
    /// <param name="folder">Where it is stored; made when absent.</param>
    /// <param name="options">For a new session; one that goes on keeps its frames.</param>
    /// <param name="cancellationToken">Counts until it is open.</param>
    /// <exception cref="RunException">The folder belongs to a session about another video, or an option is out of its range.</exception>
    /// <exception cref="MediaException">The video cannot be read.</exception>
    public static async Task<ObjectSession> OpenAsync(
        string video, ModelHost model, string folder, ObjectSessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ObjectSessionOptions();
        if (options.Frames is < 1 or > 64)
            throw new RunException(RunFailureKind.Settings, $"ObjectSessionOptions.Frames is {options.Frames}; it may be 1 to 64.");
        var limits = MediaLimits.Default;
        var info = await MediaProbe.ProbeAsync(video, limits, cancellationToken);
        if (options.Keep.Any(frame => frame < 0 || frame >= info.FrameCount))
            throw new RunException(RunFailureKind.Settings, $"Frames {string.Join(", ", options.Keep)} are to be among those that the model sees (Keep); '{video}' has frames 0 to {info.FrameCount - 1}.");
        Directory.CreateDirectory(folder);
        var journal = SqliteJournal.Open(Path.Combine(folder, "objects.db"));
        try
        {
            var clip = await ClipAsync(journal, video, info, options, cancellationToken);
            var work = new ObjectSessionWork(model, video, info, clip, limits);
            var system = new ActorSystem();
            var owner = $"{Environment.MachineName}:{Environment.ProcessId}";
            return new ObjectSession(system, system.Spawn("objects", () => new ObjectSessionActor(journal, owner, clip, work), ObjectSessionActor.Options), work, journal, info, clip);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Refuses an object that cannot be pointed at so, before anything is asked.</summary>
    /// <exception cref="RunException">It is outside of the video, or on a frame that the model does not see.</exception>
    public void Check(PointedAt one) => ObjectSessionLogic.PlaceOf(Clip, one);

    /// <summary>Asks, and remembers what is pointed at. The answer is recorded when it comes.</summary>
    /// <param name="question">In which objects are written as <c>[id]</c>.</param>
    /// <param name="objects">Objects to find first.</param>
    /// <param name="answerStart">Words with which the answer begins, for example "The best option is (".</param>
    /// <param name="said">Hears the answer piece by piece, in whole characters.</param>
    /// <param name="cancellationToken">Stops the question between two tokens: it is not recorded, and objects that were found are remembered.</param>
    /// <exception cref="RunException">It cannot be asked; the session goes on, unless it was taken over or cannot be stored.</exception>
    public async Task<ObjectTurn> AskAsync(
        string question, IReadOnlyList<PointedAt>? objects = null, string answerStart = "", Action<string>? said = null, CancellationToken cancellationToken = default)
    {
        // A token is a piece at most, and what the end brings is one more.
        var pieces = Channel.CreateBounded<string>(ObjectSessionWork.MaxNewTokens + 1);
        var answering = AnswerAsync();
        await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None)) said?.Invoke(piece);
        return await answering;

        async Task<ObjectTurn> AnswerAsync()
        {
            try
            {
                return await TellAsync<ObjectTurn>(reply => new ObjectSessionCommand.Ask(question, objects ?? [], answerStart, pieces.Writer, reply, cancellationToken), CancellationToken.None);
            }
            finally
            {
                pieces.Writer.TryComplete();
            }
        }
    }

    /// <summary>Forgets an object; false when there was none.</summary>
    public Task<bool> ForgetAsync(int objectId, CancellationToken cancellationToken = default)
        => TellAsync<bool>(reply => new ObjectSessionCommand.Forget(objectId, reply), cancellationToken);

    /// <summary>What is remembered, and what was said.</summary>
    public Task<ObjectMemory> MemoryAsync(CancellationToken cancellationToken = default)
        => TellAsync<ObjectMemory>(reply => new ObjectSessionCommand.GetMemory(reply), cancellationToken);

    /// <summary>The frames that the model sees, in order, each with the masks of what is remembered, by id.</summary>
    /// <param name="memory">Of this session.</param>
    /// <param name="cancellationToken">Counts between frames.</param>
    /// <exception cref="MediaException">The file cannot be read any more.</exception>
    public async IAsyncEnumerable<FollowedFrame> FollowAsync(ObjectMemory memory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var place = 0;
        await foreach (var frame in VideoReader.ReadAsync(Source.Path, Source, new ReadOptions { Frames = [.. Clip.Frames], Limits = MediaLimits.Default }, cancellationToken))
        {
            var at = place++;
            yield return new FollowedFrame(frame, [.. memory.Objects.Select(one => new FollowedMask(one.Key, RleCodec.Decode(one.Value[at]), ObjectScore: 0, PredictedIou: 0))]);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        await _work.DisposeAsync();
        _journal.Dispose();
    }

    private async Task<T> TellAsync<T>(Func<ReplyTo<T>, ObjectSessionCommand> command, CancellationToken cancellationToken)
    {
        try
        {
            return await _actor.AskAsync(command, Patience, cancellationToken);
        }
        catch (Exception failure) when (failure is not RunException && RunFailures.Of(failure) is { } reason)
        {
            throw new RunException(reason.Kind, reason.Message, failure);
        }
    }

    /// <summary>The clip that is stored, or a new one.</summary>
    private static async Task<SessionClip> ClipAsync(IJournal journal, string video, VideoInfo info, ObjectSessionOptions options, CancellationToken cancellationToken)
    {
        var codec = new ObjectSessionCodec();
        await foreach (var record in journal.ReadAsync(ObjectSessionActor.PersistentId, fromSequence: 1, cancellationToken))
        {
            if (codec.Decode(record) is not ObjectSessionEvent.ClipChosen(var known)) continue;
            return (known.Width, known.Height, known.FrameCount) == (info.Width, info.Height, info.FrameCount) ? known : throw new RunException(
                RunFailureKind.Settings,
                $"The folder belongs to a session about a video of {known.FrameCount} frames of {known.Width} x {known.Height}; '{video}' has {info.FrameCount} of {info.Width} x {info.Height}. Use another folder.");
        }

        var sampled = KeyFrameChoice.Rounded(checked((int)info.FrameCount), options.Frames);
        return new SessionClip(info.Width, info.Height, info.FrameCount, [.. ObjectSessionLogic.Frames(sampled, options.Keep)]);
    }
}
