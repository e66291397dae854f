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
    private const int MostMeasured = 100;
    private const int LongestCurrency = 10;
    private const double LargestPrice = 1e6;
    private const double SecondsPerHour = 3600;

    // Frames a second where nothing was measured: that of a small model on a few processor cores.
    private const double GuessedPace = 5;

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/estimates", EstimateAsync).RequireAuthorization(Scope.Read).WithTags("jobs").WithName("estimateJob")
        .WithSummary("What a job would take.").Produces<EstimateBody>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> EstimateAsync(NewEstimate job, ClusterConnection cluster, GatewaySettings settings, ShownVideos shown, CancellationToken stop)
    {
        if (!settings.Models.Contains(job.Model, StringComparer.Ordinal))
            throw new JobRefusedException($"model is '{job.Model}'; this cluster knows {string.Join(", ", settings.Models.Order(StringComparer.Ordinal))}.");
        if (job.Videos.Count is 0 or > MostVideos) throw new JobRefusedException($"videos has {job.Videos.Count}; an estimate takes 1 to {MostVideos}. Give a sample of a larger archive.");
        if (job.PricePerGpuHour is < 0 or > LargestPrice) throw new JobRefusedException($"pricePerGpuHour is {job.PricePerGpuHour}; it may be 0 to {LargestPrice:0}.");
        if (job.Currency is { Length: > LongestCurrency } || job.Currency?.Any(char.IsControl) == true) throw new JobRefusedException($"currency may have {LongestCurrency} letters.");

        var measured = await cluster.Jobs.ListMeasuredAsync(job.Model, MostMeasured, stop);
        var basis = BasisOf(measured);
        var videos = new List<VideoEstimate>(job.Videos.Count);
        await foreach (var (request, frames, error) in CountAsync(job.Videos, shown, stop))
            videos.Add(new VideoEstimate(request.Source, frames, frames is null ? null : Round(frames.Value / basis.FramesPerSecond), basis.IsGuess, error));
        var seconds = Round(videos.Sum(video => video.GpuSeconds ?? 0));
        return TypedResults.Ok(new EstimateBody(
            videos.Sum(video => video.Frames ?? 0), seconds, job.PricePerGpuHour is { } price ? Math.Round(seconds / SecondsPerHour * price, 4) : null, job.Currency, basis, videos, Notes(job, basis, videos)));
    }

    private static EstimateBasis BasisOf(IReadOnlyList<MeasuredVideo> measured)
    {
        var (frames, seconds) = (measured.Sum(video => video.Frames), measured.Sum(video => video.Seconds));
        return seconds > 0 ? new EstimateBasis(Math.Round(frames / seconds, 3), measured.Count, IsGuess: false) : new EstimateBasis(GuessedPace, 0, IsGuess: true);
    }

    private static async IAsyncEnumerable<(VideoRequest Request, long? Frames, string? Error)> CountAsync(
        IReadOnlyList<JsonObject> videos, ShownVideos shown, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var counts = videos.Select(TakeFrameCount).ToList();
        await using var manifest = new NewManifest(videos).Open();
        var number = 0;
        await foreach (var request in ManifestReader.ReadAsync(manifest, stop))
        {
            var (count, error) = counts[number++] is { } given ? (given, null) : await CountAsync(request, shown, stop);
            yield return (request, count is { } known ? (request.Frames ?? FrameSelection.All).Steps(known) : null, error);
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

    private static async Task<(long? Count, string? Error)> CountAsync(VideoRequest request, ShownVideos shown, CancellationToken stop)
    {
        try
        {
            return ((await shown.ProbeAsync(shown.Find(request.Source), stop)).FrameCount, null);
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
                : $"{pace} frames a second is what nodes measured on the last {basis.MeasuredVideos} videos of '{job.Model}', whatever their size and number of objects.",
        };
        if (videos.Count(video => video.Error is not null) is > 0 and var missing) notes.Add($"{missing} of {videos.Count} videos could not be counted and are not in the sums.");
        return notes;
    }

    private static double Round(double seconds) => Math.Round(seconds, 1);
}
