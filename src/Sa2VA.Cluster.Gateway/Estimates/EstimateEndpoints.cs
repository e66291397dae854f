using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Gateway.Jobs;
using Sa2VA.Cluster.Gateway.Pixels;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Sources;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway.Estimates;

/// <summary>What a job would take, from its files and from what nodes have measured on earlier videos.</summary>
internal static class EstimateEndpoints
{
    private const int MostVideos = 100;
    private const int MostMeasured = 500;
    private const int LongestCurrency = 10;
    private const double LargestPrice = 1e6;
    private const double SecondsPerHour = 3600;

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/estimates", EstimateAsync).RequireAuthorization(Scope.Read).WithTags("jobs").WithName("estimateJob")
        .WithSummary("What a job would take.").Produces<EstimateBody>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> EstimateAsync(NewEstimate job, ClusterConnection cluster, GatewaySettings settings, ShownVideos shown, CancellationToken stop)
    {
        if (!settings.Models.Contains(job.Model, StringComparer.Ordinal))
            throw new JobRefusedException($"model is '{job.Model}'; this cluster knows {string.Join(", ", settings.Models.Order(StringComparer.Ordinal))}.");
        if (job.Videos.Count is 0 or > MostVideos) throw new JobRefusedException($"videos has {job.Videos.Count}; an estimate takes 1 to {MostVideos}. Give a sample of a larger archive.");
        if (job.PricePerGpuHour is < 0 or > LargestPrice) throw new JobRefusedException($"pricePerGpuHour is {job.PricePerGpuHour}; it may be 0 to {LargestPrice:0}.");
        if (job.Currency is { Length: > LongestCurrency } || job.Currency?.Any(char.IsControl) == true) throw new JobRefusedException($"currency may have {LongestCurrency} letters.");

        var measured = new MeasuredPace(await cluster.Jobs.ListMeasuredAsync(job.Model, MostMeasured, stop));
        var videos = new List<VideoEstimate>(job.Videos.Count);
        await foreach (var (request, size, error) in CountAsync(job.Videos, shown, stop))
        {
            var pace = measured.Of(size?.Pixels, request.Targets.Count);
            videos.Add(new VideoEstimate(
                request.Source, size?.Frames, size is null ? null : Round(size.Frames / pace.FramesPerSecond), Math.Round(pace.FramesPerSecond, 3), pace.Videos, pace.Kind,
                pace.Kind == EstimateBasisKind.Guess, error));
        }

        var seconds = Round(videos.Sum(video => video.GpuSeconds ?? 0));
        var basis = BasisOf(measured.Overall, videos);
        return TypedResults.Ok(new EstimateBody(
            videos.Sum(video => video.Frames ?? 0), seconds, job.PricePerGpuHour is { } price ? Math.Round(seconds / SecondsPerHour * price, 4) : null, job.Currency, basis, videos, Notes(job, basis, videos)));
    }

    private static EstimateBasis BasisOf(Pace overall, List<VideoEstimate> videos)
    {
        var counted = videos.Where(video => video.Frames > 0).ToList();
        var pace = counted.Count == 0 ? overall.FramesPerSecond : counted.Sum(video => video.Frames!.Value) / counted.Sum(video => video.Frames!.Value / video.FramesPerSecond);
        return new EstimateBasis(Math.Round(pace, 3), overall.Videos, overall.Kind == EstimateBasisKind.Guess);
    }

    private static async IAsyncEnumerable<(VideoRequest Request, VideoSize? Size, string? Error)> CountAsync(
        IReadOnlyList<JsonObject> videos, ShownVideos shown, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var counts = videos.Select(TakeFrameCount).ToList();
        await using var manifest = new NewManifest(videos).Open();
        var number = 0;
        await foreach (var request in ManifestReader.ReadAsync(manifest, stop))
        {
            var (size, error) = counts[number++] is { } given ? (new VideoSize(given, Pixels: null), null) : await ProbeAsync(request, shown, stop);
            yield return (request, size is null ? null : size with { Frames = (request.Frames ?? FrameSelection.All).Steps(size.Frames) }, error);
        }
    }

    /// <summary>A video need not be there when its frames are counted already.</summary>
    private static long? TakeFrameCount(JsonObject video, int index)
    {
        // A null is refused where the others are.
        if (video?.TryGetPropertyValue("frameCount", out var given) != true) return null;
        video.Remove("frameCount");
        return given is JsonValue value && value.TryGetValue<long>(out var count) && count is > 0 and <= int.MaxValue
            ? count : throw new JobRefusedException($"Line {index + 1}: \"frameCount\" must be a number of frames, at least 1.", index + 1);
    }

    private static async Task<(VideoSize? Size, string? Error)> ProbeAsync(VideoRequest request, ShownVideos shown, CancellationToken stop)
    {
        try
        {
            var info = await shown.ProbeAsync(shown.Find(request.Source), stop);
            return (new VideoSize(info.FrameCount, (long)info.Width * info.Height), null);
        }
        catch (Exception unknown) when (unknown is SourceException or MediaException)
        {
            return (null, unknown.Message);
        }
    }

    private static List<string> Notes(NewEstimate job, EstimateBasis basis, List<VideoEstimate> videos)
    {
        var pace = basis.FramesPerSecond.ToString("0.###", CultureInfo.InvariantCulture);
        var notes = new List<string>
        {
            basis.IsGuess
                ? $"{pace} frames a second is a guess: no video of '{job.Model}' was measured yet. Run a few, and ask again."
                : $"{pace} frames a second is what nodes measured on the last {basis.MeasuredVideos} videos of '{job.Model}'{Alike(videos)}.",
        };
        if (videos.Count(video => video.Error is not null) is > 0 and var missing) notes.Add($"{missing} of {videos.Count} videos could not be counted and are not in the sums.");
        return notes;
    }

    private static string Alike(List<VideoEstimate> videos)
    {
        var counted = videos.Where(video => video.Frames is not null).ToList();
        if (counted.Count == 0) return "";
        if (counted.TrueForAll(video => video.Basis == EstimateBasisKind.SizeAndTargets)) return ", by those of the same size and with as many things to find";
        if (counted.TrueForAll(video => video.Basis == EstimateBasisKind.Model)) return ", whatever their size and what was to be found: too few were like these";
        return ", as far as there were some like these in size and number of things to find";
    }

    /// <param name="Frames">In the file, or those that are asked for.</param>
    /// <param name="Pixels">Of a frame; null when nobody looked.</param>
    private sealed record VideoSize(long Frames, long? Pixels);

    private static double Round(double seconds) => Math.Round(seconds, 1);
}
