using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>
/// A model folder that converses, in this process. One picture is seen as a still picture, in tiles where the model takes them, and several
/// as the frames of a video. Every question is a conversation of its own.
/// </summary>
/// <param name="host">The model; must outlive this.</param>
/// <param name="name">What it is called, for example the folder's name.</param>
public sealed class ModelDescriber(ModelHost host, string name) : IDescriber
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public async Task<DescriberAnswer> AskAsync(DescriberQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        await using var session = await ChatSession.OpenAsync(host, question.Pictures, cancellationToken);
        var answer = await session.AskAsync(question.Text, new AskOptions { MaxNewTokens = question.MaxTokens }, cancellationToken: cancellationToken);
        // A stop ends the answer where it is; what came of it is not what was asked for.
        cancellationToken.ThrowIfCancellationRequested();
        return new DescriberAnswer(answer.Text, answer.Complete);
    }
}
