using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Videos;

/// <summary>What is known of a video; only ever the fold of its events.</summary>
public sealed record Video
{
    /// <summary>A video of which nothing is known.</summary>
    public static Video Unknown { get; } = new();

    /// <summary>What was asked; null before the first event.</summary>
    public VideoOrder? Order { get; init; }

    /// <summary>The epoch that claimed it last.</summary>
    public long Epoch { get; init; }

    /// <summary>What the probe found.</summary>
    public VideoFacts? Facts { get; init; }

    /// <summary>Answers of the language model, by target.</summary>
    public ImmutableSortedDictionary<int, ResolvedPrompt> Prompts { get; init; } = ImmutableSortedDictionary<int, ResolvedPrompt>.Empty;

    /// <summary>Answers to whether what a sentence means is there, asked in words, by target.</summary>
    public ImmutableSortedDictionary<int, ResolvedPrompt> Said { get; init; } = ImmutableSortedDictionary<int, ResolvedPrompt>.Empty;

    /// <summary>Further answers to sentences, by target, where presence is verified.</summary>
    public ImmutableSortedDictionary<int, ImmutableList<PresenceCheck>> Checks { get; init; } = ImmutableSortedDictionary<int, ImmutableList<PresenceCheck>>.Empty;

    /// <summary>What was concluded about sentences; empty before the masks are there.</summary>
    public ImmutableList<PresenceVerdict> Verdicts { get; init; } = [];

    /// <summary>What was asked after the job was submitted, in the order in which it is worked on.</summary>
    public ImmutableList<AddedPrompt> Added { get; init; } = [];

    /// <summary>Passes that are done: that of the job, then one for each of <see cref="Added"/>. Not counted for a video that is completed.</summary>
    public int PassesDone { get; init; }

    /// <summary>By pass: the masks that corrected objects had, on the frame of the correction, before it.</summary>
    public ImmutableSortedDictionary<int, Rle> BeforeCorrection { get; init; } = ImmutableSortedDictionary<int, Rle>.Empty;

    /// <summary>Where tracking can go on; null before the first checkpoint of a pass.</summary>
    public TrackingPoint? Checkpoint { get; init; }

    /// <summary>The latest time that the language model was asked again; null before the first.</summary>
    public RegroundState? Reground { get; init; }

    /// <summary>What asking again has changed, in the order in which it did.</summary>
    public ImmutableList<RegroundNote> Corrections { get; init; } = [];

    /// <summary>The video whose masks were copied for it; null when it was run.</summary>
    public string? ReusedFrom { get; init; }

    /// <summary>How it ended; null while there is something to do.</summary>
    public VideoEnding? Ending { get; init; }

    /// <summary>Nothing more will happen to it.</summary>
    [JsonIgnore]
    public bool IsOver => Ending is not null;

    /// <summary>Whether the language model has been asked about a target, with or without success.</summary>
    public bool HasPrompt(int target) => Prompts.ContainsKey(target);

    /// <summary>The answers that are followed, by target: those of <see cref="Prompts"/>, or what several answers together say.</summary>
    [JsonIgnore]
    public ImmutableSortedDictionary<int, ResolvedPrompt> Grounded => Checks.IsEmpty
        ? Prompts : Prompts.ToImmutableSortedDictionary(one => one.Key, one => PresenceRule.Choose(one.Value, Checks.GetValueOrDefault(one.Key, [])).Prompt);

    /// <summary>The key frames that an answer of <see cref="Grounded"/> is about; null for those of the first question.</summary>
    internal IReadOnlyList<int>? GroundedSteps(int target) => Checks.TryGetValue(target, out var checks) ? PresenceRule.Choose(Prompts[target], checks).Steps : null;

    /// <summary>Sentences that the language model has answered, and not yet so many times.</summary>
    internal IEnumerable<VideoQuestion> OpenChecks(VideoOrder order, int asks) => Sentences(order)
        .Where(question => Prompts.TryGetValue(question.Target, out var first) && first.Failure is null && Checks.GetValueOrDefault(question.Target, []).Count < asks);

    /// <summary>What the language model has not been asked in words. It is asked together with the sentences or not at all.</summary>
    internal IEnumerable<VideoQuestion> OpenInWords(VideoOrder order) => Sentences(order).Select(question => question with { Kind = QuestionKind.Presence })
        .Where(question => !Said.ContainsKey(question.Target) && !Checks.ContainsKey(question.Target) && Prompts.GetValueOrDefault(question.Target)?.Failure is null);

    /// <summary>Whether the language model is needed before anything is tracked.</summary>
    internal bool NeedsAnswers(VideoOrder order) => OpenQuestions(order).Any() || (order.Verify is { } verify && OpenChecks(order, verify.Asks).Any());

    /// <summary>Whether all that is to be asked about a target has been.</summary>
    internal bool IsGrounded(VideoOrder order, int target)
        => Prompts.TryGetValue(target, out var first) && (order.Verify is null || IsAnsweredInWords(order, target) || first.Failure is not null || ReusedFrom is not null || Checks.GetValueOrDefault(target, []).Count >= order.Verify.Asks);

    /// <summary>Whether an added prompt is worked on.</summary>
    /// <param name="index">Its place among <see cref="Added"/>.</param>
    public bool IsDone(int index) => Ending is VideoEnding.Completed || index + 1 < PassesDone;

    /// <summary>What a job asks for, and what was added.</summary>
    public VideoOrder WithAdded(VideoOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return Added.IsEmpty ? order : order with { Targets = [.. order.Targets, .. Added.Select(added => added.Target).OfType<RunTarget>()] };
    }

    /// <summary>What the language model has not been asked yet, of an order and of what was added.</summary>
    internal IEnumerable<VideoQuestion> OpenQuestions(VideoOrder order) => Questions(order).Where(question => !HasPrompt(question.Target));

    /// <summary>Whether a target is a question or a caption. Nothing of the kind is added later.</summary>
    internal static bool IsAnsweredInWords(VideoOrder order, int target) => target < order.Targets.Count && order.Targets[target] is RunTarget.Question or RunTarget.Caption;

    private IEnumerable<VideoQuestion> Sentences(VideoOrder order) => Questions(order).Where(question => question.Kind == QuestionKind.Sentence);

    private IEnumerable<VideoQuestion> Questions(VideoOrder order) => WithAdded(order).Targets.Select((target, index) => VideoQuestion.Of(index, target)).OfType<VideoQuestion>();
}

/// <summary>The part of a request that is the video's own: what to find in which frames, and how.</summary>
public sealed record VideoOrder(
    string Path, string Model, string Device, IReadOnlyList<RunTarget> Targets, GroundingProtocol Protocol, int KeyFrames, FrameSelection Frames, int MaxNewTokens)
{
    /// <summary>When the language model is asked again; null for never. Left out of what is stored then, so that orders without it are what they always were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RegroundOptions? Reground { get; init; }

    /// <summary>Whether presence is verified; null for not, and left out then too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VerifyOptions? Verify { get; init; }

    /// <summary>How the model is used other than as its folder says; null as it says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelVariant? Variant { get; init; }

    /// <summary>The model, and how it is used.</summary>
    internal ModelChoice Choice() => new(Model, Variant ?? ModelVariant.Plain);

    /// <summary>The same for a model, and for a protocol that is meant.</summary>
    internal VideoOrder Of(ModelChoice model) => this with
    {
        Model = model.Folder, Variant = model.Variant == ModelVariant.Plain ? null : model.Variant, Protocol = Protocol.Resolved(),
    };
}

/// <summary>What the language model made of a sentence, a question, or the request for a caption.</summary>
/// <param name="Answer">Its text.</param>
/// <param name="Segments">One embedding per <c>[SEG]</c>; none means that the object is absent.</param>
/// <param name="Failure">Why it could not be asked; then there is neither text nor embedding.</param>
public sealed record ResolvedPrompt(string Answer, IReadOnlyList<float[]> Segments, string? Failure = null)
{
    /// <summary>How probable "yes" was where that was asked; null, and left out of what is stored, otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SaidYes { get; init; }

    /// <summary>The answer in words ends where the limit of tokens cut it off. Left out of what is stored otherwise, so that answers to sentences are what they always were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCutOff { get; init; }

    /// <summary>The answer as a caption; null when none was asked for, and left out then too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GroundedCaption? Caption { get; init; }
}

/// <summary>All steps before <paramref name="NextStep"/> are stored, and so is the tracker's state after them, under the name of a file.</summary>
public sealed record TrackingPoint(int NextStep, string SnapshotFile)
{
    /// <summary>The point before a step, with the name that its state has everywhere.</summary>
    /// <param name="nextStep">The step.</param>
    /// <param name="pass">The pass that comes to it, from 0.</param>
    public static TrackingPoint At(int nextStep, int pass = 0)
        => new(nextStep, string.Create(CultureInfo.InvariantCulture, $"tracker-{(pass == 0 ? "" : $"{pass}-")}{nextStep:D8}.safetensors"));
}

/// <summary>How a video ended.</summary>
[JsonDerivedType(typeof(Completed), "completed")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
public abstract record VideoEnding
{
    /// <summary>Every step has its masks.</summary>
    public sealed record Completed(IReadOnlyList<string> Chains) : VideoEnding;

    /// <summary>It cannot go on; a new claim tries again from the last checkpoint.</summary>
    public sealed record Failed(RunFailure Failure) : VideoEnding;

    /// <summary>Somebody decided so.</summary>
    public sealed record Cancelled(string Reason) : VideoEnding;
}
