using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What a conversation and its questions must satisfy. Each refusal names the field, what it is and what it may be.</summary>
public static class ConversationRules
{
    /// <summary>Characters of a question.</summary>
    public const int LongestQuestion = 8192;

    /// <summary>Questions of one conversation that may wait for their answer.</summary>
    public const int MostOpen = 8;

    /// <summary>Turns of one conversation.</summary>
    public const int MostTurns = 1000;

    private const int LongestSource = 4096;
    private const int LongestText = 500;

    /// <summary>Checks what a conversation is about.</summary>
    /// <exception cref="JobRefusedException">It breaks a rule.</exception>
    public static void Check(ConversationRequest request)
    {
        CheckText("model", request.Model, LongestText);
        CheckText("title", request.Title, LongestText);
        CheckText("source", request.Source, LongestSource);
        if (request.Source is { } source) CheckSource(source);
        if (request.Frame is < 0) throw new JobRefusedException($"frame is {request.Frame}; frames count from 0.");
        if (request.Frame is not null && request.Source is null) throw new JobRefusedException("frame names a frame, and there is no source.");
        if (request.Temperature != 0 && request.Temperature is not (>= 0.01 and <= 100))
            throw new JobRefusedException($"temperature is {request.Temperature}; it may be 0 (take the likeliest token), or 0.01 to 100.");
        if (request.TopP is not (> 0 and <= 1)) throw new JobRefusedException($"topP is {request.TopP}; it is above 0 and at most 1.");
        try
        {
            RunRules.CheckGrounding(request.KeyFrames, request.MaxNewTokens);
        }
        catch (RunException refused)
        {
            throw new JobRefusedException(refused.Message);
        }
    }

    /// <summary>Checks a question.</summary>
    /// <exception cref="JobRefusedException">It breaks a rule.</exception>
    public static void Check(ConversationRequest about, string question, bool asksForMask)
    {
        if (string.IsNullOrWhiteSpace(question)) throw new JobRefusedException("question is empty. Ask something.");
        if (question.Length > LongestQuestion) throw new JobRefusedException($"question has {question.Length} characters; at most {LongestQuestion} are taken.");
        if (!StorableText.IsStorable(question)) throw new JobRefusedException("question is no valid Unicode text.");
        if (asksForMask && about.Source is null) throw new JobRefusedException("asksForMask: the conversation is about nothing to see, so there is nothing to segment.");
    }

    private static void CheckText(string name, string? text, int most)
    {
        if (text is null) return;
        if (string.IsNullOrWhiteSpace(text)) throw new JobRefusedException($"{name} is empty.");
        if (text.Length > most) throw new JobRefusedException($"{name} has {text.Length} characters; at most {most} are taken.");
        if (!StorableText.IsStorable(text) || text.Any(char.IsControl)) throw new JobRefusedException($"{name} has a control character in it, or is no valid Unicode text.");
    }

    private static void CheckSource(string source)
    {
        try
        {
            if (SourceAddress.Parse(source) is SourceAddress.File file && file.Path.Split('/', '\\').Contains("..", StringComparer.Ordinal))
                throw new JobRefusedException("source has '..' in its path; name the video below its root.");
        }
        catch (SourceException failure)
        {
            throw new JobRefusedException("source cannot be fetched: " + failure.Message);
        }
    }
}
