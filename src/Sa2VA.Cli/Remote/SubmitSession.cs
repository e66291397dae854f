using System.CommandLine;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cli.Remote;

/// <summary><c>sa2va submit</c>: a manifest, or one video with what is asked of it.</summary>
internal sealed record SubmitSession
{
    private const string StandardInput = "-";

    // What a file of JSON lines is called; a video has another name.
    private static readonly string[] ManifestEndings = [".jsonl", ".ndjson", ".json"];

    public required string Source { get; init; }

    public required IReadOnlyList<string> Expressions { get; init; }

    public IReadOnlyList<string> Questions { get; init; } = [];

    public bool Caption { get; init; }

    public string? Model { get; init; }

    public string? Key { get; init; }

    public string? Title { get; init; }

    public required string Priority { get; init; }

    public required int KeyFrames { get; init; }

    public bool Reuse { get; init; }

    public string? Reground { get; init; }

    public VerifyOptions? Verify { get; init; }

    public bool Upload { get; init; }

    public bool Watch { get; init; }

    public async Task<int> ExecuteAsync(Sa2vaClient client, bool json, CancellationToken stop)
    {
        var model = Model ?? await OnlyModelAsync(client, stop);
        var accepted = IsOneVideo() ? await OneVideoAsync(client, model, stop) : await ManifestAsync(client, model, stop);
        RemoteText.Say(
            json, accepted.IsNew ? $"job {accepted.JobId}: {accepted.Videos} video(s)" : $"job {accepted.JobId} was submitted before: {accepted.Videos} video(s)",
            RemoteText.Typed("job", accepted));
        if (Watch) return await WatchSession.ExecuteAsync(client, accepted.JobId, json, stop);
        if (!json) Console.Error.WriteLine($"'sa2va watch {accepted.JobId}' follows it.");
        return ExitCodes.Success;
    }

    /// <summary>With a sentence it is a video; where there are only questions, its name tells.</summary>
    private bool IsOneVideo() => Expressions.Count > 0
        || ((Questions.Count > 0 || Caption) && (Upload || (Source != StandardInput && !ManifestEndings.Contains(Path.GetExtension(Source), StringComparer.OrdinalIgnoreCase))));

    private static async Task<string> OnlyModelAsync(Sa2vaClient client, CancellationToken stop)
    {
        var models = (await client.GetClusterAsync(stop)).Models;
        return models.Count == 1 ? models[0] : throw new CliException(ExitCodes.Usage, $"Which model? This cluster knows {string.Join(", ", models)}: choose one with --model.");
    }

    private async Task<AcceptedJob> OneVideoAsync(Sa2vaClient client, string model, CancellationToken stop)
    {
        var (video, name) = (Source, (string?)null);
        if (Upload)
        {
            await using var file = Open(Source, "video");
            name = Path.GetFileName(Source);
            video = (await client.UploadAsync(name, file, stop)).Video;
        }

        return await client.SubmitAsync(
            new NewJob(model, [new NewVideo(video, Expressions, name) { Questions = Questions, Caption = Caption }]) { Key = Key, Title = Title, Priority = Priority, KeyFrames = KeyFrames, ReuseResults = Reuse, Reground = Reground, VerifyAsks = Verify?.Asks, VerifyWords = Verify?.Words }, stop);
    }

    private async Task<AcceptedJob> ManifestAsync(Sa2vaClient client, string model, CancellationToken stop)
    {
        if (Upload) throw new CliException(ExitCodes.Usage, "--upload is for one video with its sentences; the videos of a manifest have to be where the cluster can read them.");
        await using var lines = Source == StandardInput ? Console.OpenStandardInput() : Open(Source, "manifest");
        return await client.SubmitAsync(
            new ManifestJob(model) { Questions = Questions, Caption = Caption, Key = Key, Title = Title, Priority = Priority, KeyFrames = KeyFrames, ReuseResults = Reuse, Reground = Reground, VerifyAsks = Verify?.Asks, VerifyWords = Verify?.Words }, lines, stop);
    }

    private static FileStream Open(string path, string what)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"The {what} '{path}' cannot be read: {failure.Message} A video of the cluster is submitted with its sentences: 'sa2va submit VIDEO \"the dog\"'.", failure);
        }
    }
}
