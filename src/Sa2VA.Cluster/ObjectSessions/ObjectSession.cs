using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
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

    private ObjectSession(ActorSystem system, ActorRef<ObjectSessionCommand> actor, ObjectSessionWork work, SqliteJournal journal)
        => (_system, _actor, _work, _journal) = (system, actor, work, journal);

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
            throw new RunException(RunFailureKind.Settings, $"ObjectSessionOptions.Keep names frames {string.Join(", ", options.Keep)}; '{video}' has frames 0 to {info.FrameCount - 1}.");
        Directory.CreateDirectory(folder);
        var journal = SqliteJournal.Open(Path.Combine(folder, "objects.db"));
        try
        {
            var clip = await ClipAsync(journal, video, info, options, cancellationToken);
            var work = new ObjectSessionWork(model, video, info, clip, limits);
            var system = new ActorSystem();
            var owner = $"{Environment.MachineName}:{Environment.ProcessId}";
            return new ObjectSession(system, system.Spawn("objects", () => new ObjectSessionActor(journal, owner, clip, work), ObjectSessionActor.Options), work, journal);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Asks, and remembers what is pointed at. The answer is recorded when it comes.</summary>
    /// <param name="question">In which objects are written as <c>[id]</c>.</param>
    /// <param name="objects">Objects to find first.</param>
    /// <param name="answerStart">Words with which the answer begins, for example "The best option is (".</param>
    /// <param name="cancellationToken">Ends the waiting; the work goes on.</param>
    /// <exception cref="RunException">It cannot be asked; the session goes on.</exception>
    public Task<ObjectTurn> AskAsync(string question, IReadOnlyList<PointedAt>? objects = null, string answerStart = "", CancellationToken cancellationToken = default)
        => _actor.AskAsync<ObjectTurn>(reply => new ObjectSessionCommand.Ask(question, objects ?? [], answerStart, reply), Patience, cancellationToken);

    /// <summary>Forgets an object; false when there was none.</summary>
    public Task<bool> ForgetAsync(int objectId, CancellationToken cancellationToken = default)
        => _actor.AskAsync<bool>(reply => new ObjectSessionCommand.Forget(objectId, reply), Patience, cancellationToken);

    /// <summary>What is remembered, and what was said.</summary>
    public Task<ObjectMemory> MemoryAsync(CancellationToken cancellationToken = default)
        => _actor.AskAsync<ObjectMemory>(reply => new ObjectSessionCommand.GetMemory(reply), Patience, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        await _work.DisposeAsync();
        _journal.Dispose();
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
