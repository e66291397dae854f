using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Gateway.Jobs;

/// <summary>Jobs: submit, look, cancel, hold, release, retry.</summary>
internal static class JobEndpoints
{
    private const int MostListed = 500;
    private const int LongestIdempotencyKey = 100;
    private const int LongestReason = 500;
    private const int LongestName = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("jobs");
        jobs.MapPost("/", SubmitBodyAsync).RequireAuthorization(Scope.Submit).WithName("submitJob").WithSummary("Submit a job with its videos in one body.")
            .Produces<AcceptedJob>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status400BadRequest);
        jobs.MapPost("/manifest", SubmitManifestAsync).RequireAuthorization(Scope.Submit).WithName("submitManifest").WithSummary("Submit a job whose videos are streamed as JSON lines.")
            .Accepts<Stream>("application/x-ndjson", "application/jsonl").Produces<AcceptedJob>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        jobs.MapGet("/", ListAsync).RequireAuthorization(Scope.Read).WithName("listJobs").WithSummary("Jobs, newest first; with state those that are active, done or failed, with name those with it in their title, id, model or key.");
        jobs.MapGet("/{job}", FindAsync).RequireAuthorization(Scope.Read).WithName("getJob").WithSummary("A job and how far it is.");
        jobs.MapPost("/{job}/cancel", CancelAsync).RequireAuthorization(Scope.Submit).WithName("cancelJob").WithSummary("Stop a job for good.");
        jobs.MapPost("/{job}/hold", HoldAsync).RequireAuthorization(Scope.Submit).WithName("holdJob").WithSummary("Hold a job back; what runs is handed over first.");
        jobs.MapPost("/{job}/release", ReleaseAsync).RequireAuthorization(Scope.Submit).WithName("releaseJob").WithSummary("Let a job that was held back go on.");
        jobs.MapPost("/{job}/retry", RetryAsync).RequireAuthorization(Scope.Submit).WithName("retryJob").WithSummary("Try what failed, or is dead, again.");
    }

    private static async Task<IResult> SubmitBodyAsync(
        NewJob job, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, ClusterConnection cluster, GatewaySettings settings, ClaimsPrincipal caller, CancellationToken stop)
    {
        await using var manifest = job.ToManifest();
        return await SubmitAsync(job.ToRequest(), JobQuestions.Of(job.Questions, job.Caption), manifest, idempotencyKey, cluster, settings, caller, stop);
    }

    private static async Task<IResult> SubmitManifestAsync(
        HttpRequest request, string model, string? key, string? title, Choice<WorkPriority>? priority, Choice<GroundingProtocol>? protocol, int? keyFrames, bool? reuseResults,
        string? reground, int? verifyAsks, bool? verifyWords, [FromQuery] string[]? questions, bool? caption,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, ClusterConnection cluster, GatewaySettings settings, ClaimsPrincipal caller, CancellationToken stop)
    {
        if (request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = settings.Limits.ManifestBytes;
        var job = new JobRequest
        {
            Model = model, Key = key, Title = title, Priority = priority?.Value ?? WorkPriority.Normal, Protocol = protocol?.Value ?? GroundingProtocol.Auto, KeyFrames = keyFrames ?? 5,
            ReuseResults = reuseResults ?? false, Reground = NewJob.RegroundOf(reground), Verify = NewJob.VerifyOf(verifyAsks, verifyWords),
        };
        return await SubmitAsync(job, JobQuestions.Of(questions, caption ?? false), request.Body, idempotencyKey, cluster, settings, caller, stop);
    }

    private static async Task<IResult> SubmitAsync(
        JobRequest job, JobQuestions questions, Stream manifest, string? idempotencyKey, ClusterConnection cluster, GatewaySettings settings, ClaimsPrincipal caller, CancellationToken stop)
    {
        if (!settings.Models.Contains(job.Model, StringComparer.Ordinal))
            throw new JobRefusedException($"model is '{job.Model}'; this cluster knows {string.Join(", ", settings.Models.Order(StringComparer.Ordinal))}.");
        if (idempotencyKey is not null)
        {
            if (job.Key is not null) throw new JobRefusedException("Give either the job's key or the header Idempotency-Key, not both.");
            if (idempotencyKey.Length is 0 or > LongestIdempotencyKey) throw new JobRefusedException($"The header Idempotency-Key has {idempotencyKey.Length} characters; it may have 1 to {LongestIdempotencyKey}.");
            job = job with { Key = KeyOf(caller, idempotencyKey) };
        }

        var receipt = await cluster.Jobs.SubmitAsync(job, ManifestReader.ReadAsync(manifest, questions, stop), stop);
        var body = new AcceptedJob(receipt.JobId, receipt.Videos, receipt.IsNew);
        var place = $"/api/v1/jobs/{receipt.JobId}";
        return receipt.IsNew ? TypedResults.Created(place, body) : TypedResults.Ok(body);
    }

    /// <summary>Keys of different callers do not meet, nor do they meet the keys that owners give their jobs themselves.</summary>
    private static string KeyOf(ClaimsPrincipal caller, string idempotencyKey) =>
        "request-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.FindFirstValue(ClaimTypes.NameIdentifier)}/{idempotencyKey}")));

    private static async Task<Results<Ok<Page<JobBody>>, ProblemHttpResult>> ListAsync(
        ClusterConnection cluster, CancellationToken stop, Choice<JobStanding>? state = null, string? name = null, string? before = null, int limit = 50)
    {
        if (name?.Length > LongestName) return Problem.Of(StatusCodes.Status400BadRequest, $"name has {name.Length} characters; at most {LongestName} are looked for.");
        if (limit is < 1 or > MostListed) return Problem.Of(StatusCodes.Status400BadRequest, $"limit is {limit}; it may be 1 to {MostListed}.");
        var views = await cluster.Jobs.ListJobsAsync(new JobFilter(state?.Value, name?.Trim()), before, limit, stop);
        var items = new List<JobBody>();
        foreach (var view in views) items.Add(JobBody.Of(view, await cluster.Progress.ReadJobAsync(view.JobId, stop)));
        return TypedResults.Ok(new Page<JobBody>(items, views.Count == limit ? views[^1].JobId : null));
    }

    private static async Task<IResult> FindAsync(string job, HttpRequest request, ClusterConnection cluster, CancellationToken stop) =>
        await cluster.Jobs.FindJobAsync(job, stop) is { } view
            ? ETagged.Json(request, JobBody.Of(view, await cluster.Progress.ReadJobAsync(job, stop)))
            : Problem.NoJob(job);

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> CancelAsync(
        string job, [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] Cancellation? body, ClusterConnection cluster, VideoMailer mailer, ClaimsPrincipal caller, CancellationToken stop)
    {
        if (await cluster.Jobs.FindJobAsync(job, stop) is null) return Problem.NoJob(job);
        var reason = ReasonOf(body, caller);
        // First no more of it begins, then what has not ended is ended.
        await cluster.Jobs.HoldAsync(job, videoId: null, stop);
        var (cancelled, after) = (0, (string?)null);
        for (; ; )
        {
            var page = await cluster.Jobs.ListUnfinishedAsync(job, after, MostListed, stop);
            foreach (var one in page) await mailer.CancelAsync(one.VideoId, reason, stop);
            cancelled += page.Count;
            if (page.Count < MostListed) return TypedResults.Ok(new Changed(cancelled));
            after = page[^1].VideoId;
        }
    }

    /// <exception cref="JobRefusedException">It is too long, or no text.</exception>
    internal static string ReasonOf(Cancellation? body, ClaimsPrincipal caller)
    {
        if (body?.Reason is not { Length: > 0 } reason) return $"cancelled by {caller.Identity?.Name}";
        if (reason.Length > LongestReason) throw new JobRefusedException($"reason has {reason.Length} characters; at most {LongestReason} are taken.");
        return !reason.Any(char.IsControl) ? reason : throw new JobRefusedException("reason has a control character in it.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> HoldAsync(string job, ClusterConnection cluster, VideoMailer mailer, CancellationToken stop)
    {
        if (await cluster.Jobs.FindJobAsync(job, stop) is null) return Problem.NoJob(job);
        if (!await cluster.Jobs.HoldAsync(job, videoId: null, stop)) return Problem.Of(StatusCodes.Status409Conflict, $"'{job}' is over; there is nothing to hold back.");
        string? after = null;
        for (; ; )
        {
            var running = await cluster.Jobs.ListVideosAsync(job, VideoState.Running, after, MostListed, stop);
            foreach (var one in running) await mailer.HoldAsync(one.VideoId, stop);
            if (running.Count < MostListed) return TypedResults.NoContent();
            after = running[^1].VideoId;
        }
    }

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> ReleaseAsync(string job, ClusterConnection cluster, CancellationToken stop) =>
        await cluster.Jobs.FindJobAsync(job, stop) is null ? Problem.NoJob(job) : TypedResults.Ok(new Changed(await cluster.Jobs.ReleaseAsync(job, videoId: null, stop)));

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> RetryAsync(string job, ClusterConnection cluster, CancellationToken stop)
    {
        if (await cluster.Jobs.FindJobAsync(job, stop) is null) return Problem.NoJob(job);
        var again = await cluster.Jobs.RetryAsync(job, videoId: null, stop);
        foreach (var dead in await cluster.Transport.DeadWorkAsync(int.MaxValue, stop))
        {
            if (dead.Item.VideoId.StartsWith(job + "-", StringComparison.Ordinal)) await cluster.Transport.ForgetDeadAsync(dead.Item.VideoId, stop);
        }

        return TypedResults.Ok(new Changed(again));
    }
}
