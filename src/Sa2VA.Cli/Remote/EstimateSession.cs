using System.Globalization;
using System.Text.Json;
using Sa2VA.Cli.Display;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary><c>sa2va estimate</c>: what a job would take.</summary>
internal static class EstimateSession
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static async Task<int> ExecuteAsync(Sa2vaClient client, string source, IReadOnlyList<string> expressions, string? model, double? price, string? currency, bool json, CancellationToken stop)
    {
        IReadOnlyList<NewVideo> videos = expressions.Count > 0 ? [new NewVideo(source, expressions)] : await ReadAsync(source, stop);
        model ??= (await client.GetClusterAsync(stop)).Models is [var only] ? only : throw new CliException(ExitCodes.Usage, "Which model? Choose one with --model; 'sa2va nodes' lists them.");
        var estimate = await client.EstimateAsync(new NewEstimate(model, videos) { PricePerGpuHour = price, Currency = currency }, stop);
        if (json)
        {
            Console.Out.WriteLine(RemoteText.Typed("estimate", estimate).ToJsonString());
            return ExitCodes.Success;
        }

        foreach (var video in estimate.Videos.Where(video => video.Error is not null)) Console.Error.WriteLine($"{video.Video}: {video.Error}");
        var time = TimeSpan.FromSeconds(estimate.GpuSeconds);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{estimate.Videos.Count} video(s), {estimate.Frames} frames: {RateMeter.Clock(time)} of one device{(estimate.Cost is { } cost ? $", {cost:0.00} {estimate.Currency}" : "")}"));
        foreach (var note in estimate.Notes) Console.Out.WriteLine($"  {note}");
        return ExitCodes.Success;
    }

    private static async Task<IReadOnlyList<NewVideo>> ReadAsync(string manifest, CancellationToken stop)
    {
        var videos = new List<NewVideo>();
        try
        {
            await foreach (var line in File.ReadLinesAsync(manifest, stop))
            {
                if (line.Length > 0) videos.Add(JsonSerializer.Deserialize<NewVideo>(line, Web)!);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"The manifest '{manifest}' cannot be read: {failure.Message}", failure);
        }
        catch (JsonException damaged)
        {
            throw new CliException(ExitCodes.Usage, $"Line {videos.Count + 1} of '{manifest}' is no video: {damaged.Message}", damaged);
        }

        return videos.Count > 0 ? videos : throw new CliException(ExitCodes.Usage, $"The manifest '{manifest}' has no videos.");
    }
}
