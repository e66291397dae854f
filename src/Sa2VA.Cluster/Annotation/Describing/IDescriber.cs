using Sa2VA.Media;

namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>
/// A multimodal language model that is shown pictures and asked one question about them: a model folder in this process, or a server
/// somewhere else. Safe to ask from several tasks; how many questions are under way at once is the asker's choice.
/// </summary>
public interface IDescriber
{
    /// <summary>What it is called in what is written, without secrets: the same name means the same model.</summary>
    string Name { get; }

    /// <summary>Asks, and waits for the whole answer; nothing of one question counts for another.</summary>
    /// <param name="question">The question with its pictures, which stay the caller's.</param>
    /// <param name="cancellationToken">Gives the question up.</param>
    /// <exception cref="DescriberException">It cannot be answered; the kind says what helps.</exception>
    /// <exception cref="Runs.RunException">The model cannot be used for it.</exception>
    Task<DescriberAnswer> AskAsync(DescriberQuestion question, CancellationToken cancellationToken);
}

/// <summary>A question.</summary>
/// <param name="Text">What is asked.</param>
/// <param name="Pictures">None, one picture, or frames of a video in order of time.</param>
/// <param name="MaxTokens">Longest answer.</param>
public sealed record DescriberQuestion(string Text, IReadOnlyList<RgbImage> Pictures, int MaxTokens);

/// <summary>An answer.</summary>
/// <param name="Text">As the model wrote it: data, in which anything may stand.</param>
/// <param name="Complete">False when the limit of tokens cut it off.</param>
public sealed record DescriberAnswer(string Text, bool Complete);
