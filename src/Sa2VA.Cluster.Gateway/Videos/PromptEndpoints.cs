using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Gateway.Videos;

/// <summary>Prompts for videos that are running or over: another object, or a correction.</summary>
internal static class PromptEndpoints
{
    private const int LongestIdempotencyKey = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        var prompts = api.MapGroup("/videos/{video}/prompts").WithTags("prompts").ProducesProblem(StatusCodes.Status404NotFound);
        prompts.MapPost("/", AddAsync).RequireAuthorization(Scope.Submit).WithName("addPrompt").WithSummary("Show a video another object, or correct one.")
            .Accepts<NewPrompt>("application/json").Produces<PromptView>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        prompts.MapGet("/", ListAsync).RequireAuthorization(Scope.Read).WithName("listPrompts").WithSummary("What a video was asked after its job was submitted.").Produces<IReadOnlyList<PromptView>>();
    }

    private static async Task<IResult> AddAsync(
        string video, JsonElement body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, ClusterConnection cluster, VideoPrompts prompts, ClaimsPrincipal caller, CancellationToken stop)
    {
        if (idempotencyKey is { Length: 0 or > LongestIdempotencyKey }) throw new JobRefusedException($"The header Idempotency-Key has {idempotencyKey.Length} characters; it may have 1 to {LongestIdempotencyKey}.");
        var request = PromptRequest.Read(body);
        if (await FindAsync(video, cluster, stop) is not var (job, view)) return Problem.NoVideo(video);
        try
        {
            return TypedResults.Accepted($"/api/v1/videos/{video}/prompts", await prompts.AddAsync(job.Request, view, IdOf(caller, idempotencyKey), request, stop));
        }
        catch (PromptConflictException conflict)
        {
            return Problem.Of(StatusCodes.Status409Conflict, conflict.Message);
        }
    }

    private static async Task<IResult> ListAsync(string video, HttpRequest request, ClusterConnection cluster, VideoPrompts prompts, CancellationToken stop) =>
        await FindAsync(video, cluster, stop) is var (job, view) ? ETagged.Json(request, await prompts.ListAsync(job.Request, view, stop)) : Problem.NoVideo(video);

    private static async Task<(JobView Job, VideoView View)?> FindAsync(string video, ClusterConnection cluster, CancellationToken stop) =>
        await cluster.Jobs.FindVideoAsync(video, stop) is { } view && await cluster.Jobs.FindJobAsync(view.JobId, stop) is { } job ? (job, view) : null;

    /// <summary>Prompts of different callers do not meet.</summary>
    private static string IdOf(ClaimsPrincipal caller, string? idempotencyKey) => idempotencyKey is null
        ? Guid.NewGuid().ToString("N")
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.FindFirstValue(ClaimTypes.NameIdentifier)}/{idempotencyKey}")))[..32];
}

/// <summary>What a video is asked.</summary>
/// <param name="Frame">Number of the frame in the file; not with a text.</param>
/// <param name="Points">[x, y] on the object, [x, y, 0] off it, in pixels.</param>
/// <param name="Box">[left, top, right, bottom] in pixels.</param>
/// <param name="Mask">COCO's run lengths in the video's size; alone.</param>
/// <param name="Text">A sentence.</param>
/// <param name="Object">The object that is corrected; absent for a new one.</param>
/// <param name="Label">What people see.</param>
public sealed record NewPrompt(
    int? Frame = null, IReadOnlyList<IReadOnlyList<double>>? Points = null, IReadOnlyList<double>? Box = null, RunLengths? Mask = null, string? Text = null, int? Object = null, string? Label = null);
