using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Runs;

/// <summary>What a request must satisfy before anything is opened. Each refusal names the setting, what it is and what it may be.</summary>
internal static class RunRules
{
    /// <summary>More text than any referring expression has, and less than would push the frames out of the model's window.</summary>
    public const int MaxExpressionLength = 2000;

    public const int MaxTargets = 256;

    public const int MaxStride = 100_000;

    public static void Check(RunRequest request)
    {
        if (!Path.Exists(request.Video)) throw Refused(RunFailureKind.Media, Missing(request.Video));
        if (!Directory.Exists(request.ModelFolder)) throw Refused(RunFailureKind.Model, $"There is no model folder '{request.ModelFolder}'.");
        CheckGrounding(request.KeyFrames, request.MaxNewTokens);
        if (request.Reground is { } reground) Check(reground);
        if (request.Verify is { } verify) Check(verify);
        Check(request.Protocol, request.Variant);
        Range("Checkpoints.EveryFrames", request.Checkpoints.EveryFrames, 1, 100_000);
        if (request.Checkpoints.EveryTime <= TimeSpan.Zero)
            throw Refused(RunFailureKind.Settings, $"Checkpoints.EveryTime is {request.Checkpoints.EveryTime}; it must be longer than nothing.");
        Check(request.Targets, request.Frames);
    }

    /// <summary>How the language model is asked.</summary>
    public static void CheckGrounding(int keyFrames, int maxNewTokens)
    {
        Range(nameof(RunRequest.KeyFrames), keyFrames, 1, 64);
        Range(nameof(RunRequest.MaxNewTokens), maxNewTokens, 1, 8192);
    }

    /// <summary>How presence is verified.</summary>
    public static void Check(VerifyOptions verify) => Range("Verify.Asks", verify.Asks, 1, 16);

    /// <summary>When the language model is asked again.</summary>
    public static void Check(RegroundOptions reground)
    {
        Range("Reground.EveryFrames", reground.EveryFrames, 0, 1_000_000);
        Range("Reground.KeyFrames", reground.KeyFrames, 1, 64);
        Range("Reground.WindowFrames", reground.WindowFrames, 1, 100_000);
        Range("Reground.MinimumGap", reground.MinimumGap, 1, 100_000);
        if (reground is { EveryFrames: 0, OnCut: false, OnDoubt: false })
            throw Refused(RunFailureKind.Settings, "Reground names no occasion: set EveryFrames, OnCut or OnDoubt, or leave Reground out.");
    }

    /// <summary>Whether a model can be used in that way under that protocol.</summary>
    public static void Check(GroundingProtocol protocol, ModelVariant variant)
    {
        if (variant.Sam2 is not { } sam2) return;
        if (protocol == GroundingProtocol.Sa2va)
            throw Refused(RunFailureKind.Settings, $"The protocol is sa2va, which works with one mask decoder, and '{sam2}' is named for another one. Leave one of the two out; sa2va-i works with both decoders.");
        if (!Path.Exists(sam2)) throw Refused(RunFailureKind.Model, $"There is no SAM 2 checkpoint '{sam2}'.");
    }

    /// <summary>What is to be found, and where.</summary>
    public static void Check(IReadOnlyList<RunTarget> targets, FrameSelection frames)
    {
        Range("the number of things to find", targets.Count, 1, MaxTargets);
        foreach (var target in targets) CheckTarget(target);
        Range("the number of captions", targets.Count(target => target is RunTarget.Caption), 0, 1);
        CheckFrames(frames);
    }

    private static string Missing(string video)
        => Uri.TryCreate(video, UriKind.Absolute, out var address) && !address.IsFile
            ? $"'{video}' is an address, and addresses are not opened. Download the video and give the file."
            : $"There is no video '{video}'.";

    private static void CheckTarget(RunTarget target)
    {
        if (target.Label.Contains('\0')) throw Refused(RunFailureKind.Settings, "An expression, question or label has a zero character in it; remove it.");
        switch (target)
        {
            case RunTarget.Expression(var text) when string.IsNullOrWhiteSpace(text):
                throw Refused(RunFailureKind.Settings, "An expression is empty; say what to find.");
            case RunTarget.Expression(var text) when text.Length > MaxExpressionLength:
                throw Refused(RunFailureKind.Settings, $"An expression has {text.Length} characters; at most {MaxExpressionLength} are taken. It begins '{text[..40]}...'.");
            case RunTarget.Question(var text) when string.IsNullOrWhiteSpace(text):
                throw Refused(RunFailureKind.Settings, "A question is empty; ask something.");
            case RunTarget.Question(var text) when text.Length > MaxExpressionLength:
                throw Refused(RunFailureKind.Settings, $"A question has {text.Length} characters; at most {MaxExpressionLength} are taken. It begins '{text[..40]}...'.");
            case RunTarget.Prompted(var label, { Count: 0 }):
                throw Refused(RunFailureKind.Settings, $"'{label}' has no point, box or mask.");
        }
    }

    private static void CheckFrames(FrameSelection frames)
    {
        Range("The stride", frames.Stride, 1, MaxStride);
        if (frames.First < 0) throw Refused(RunFailureKind.Settings, $"The first frame is {frames.First}; frames count from 0.");
        if (frames.Last < frames.First)
            throw Refused(RunFailureKind.Settings, $"The last frame, {frames.Last}, is before the first, {frames.First}.");
    }

    private static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most) throw Refused(RunFailureKind.Settings, $"{name} is {value}; it may be {least} to {most}.");
    }

    private static RunException Refused(RunFailureKind kind, string message) => new(kind, message);
}
