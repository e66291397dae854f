using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Jobs;

/// <summary>What a job and the lines of its manifest must satisfy. Each refusal names the setting, what it is and what it may be.</summary>
internal static class JobRules
{
    private const int MaxKeyLength = 200;
    private const int MaxTextLength = 500;
    private const int MaxSourceLength = 4096;

    /// <exception cref="JobRefusedException">It breaks a rule.</exception>
    public static void Check(JobRequest job)
    {
        CheckText("The job's key", job.Key, MaxKeyLength);
        CheckText("The job's title", job.Title, MaxTextLength);
        if (string.IsNullOrWhiteSpace(job.Model)) throw new JobRefusedException("The job names no model.");
        CheckText("The name of the job's model", job.Model, MaxTextLength);
        if (!Enum.IsDefined(job.Priority)) throw new JobRefusedException($"The job's priority is {job.Priority}; it may be {string.Join(", ", Enum.GetNames<Transport.WorkPriority>())}.");
        if (!Enum.IsDefined(job.Protocol)) throw new JobRefusedException($"The job's protocol is {job.Protocol}; it may be {string.Join(", ", Enum.GetNames<GroundingProtocol>())}.");
        Translate(() => RunRules.CheckGrounding(job.KeyFrames, job.MaxNewTokens), line: null);
        if (job.Reground is { } reground) Translate(() => RunRules.Check(reground), line: null);
        if (job.Verify is { } verify) Translate(() => RunRules.Check(verify), line: null);
    }

    /// <exception cref="JobRefusedException">It breaks a rule; the message begins with the line.</exception>
    public static void Check(VideoRequest video, long line)
    {
        if (string.IsNullOrWhiteSpace(video.Source)) throw Refused(line, "There is no source; say where the video is.");
        CheckText("The source", video.Source, MaxSourceLength, line);
        CheckText("The name", video.Name, MaxTextLength, line);
        Translate(() => RunRules.Check(video.Targets, video.Frames ?? FrameSelection.All), line);
    }

    private static void Translate(Action check, long? line)
    {
        try
        {
            check();
        }
        catch (RunException failure)
        {
            throw Refused(line, failure.Message);
        }
    }

    private static void CheckText(string what, string? text, int most, long? line = null)
    {
        if (text is null) return;
        if (text.Length == 0) throw Refused(line, $"{what} is empty; leave it out, or fill it in.");
        if (text.Length > most) throw Refused(line, $"{what} has {text.Length} characters; at most {most} are taken.");
        if (!StorableText.IsStorable(text)) throw Refused(line, $"{what} is no valid Unicode text.");
        if (text.Any(char.IsControl)) throw Refused(line, $"{what} has a control character at place {text.ToList().FindIndex(char.IsControl) + 1}.");
    }

    private static JobRefusedException Refused(long? line, string message) => new(line is null ? message : $"Line {line}: {message}", line);
}
