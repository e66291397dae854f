using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Gateway.Jobs;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;

namespace Sa2VA.Cluster.Gateway.Conversations;

/// <summary>Conversations about a video, a picture, or nothing to see: begin, look, forget. What is said in them: <see cref="TurnEndpoints"/>.</summary>
internal static class ConversationEndpoints
{
    private const int MostListed = 500;
    private const int LongestIdempotencyKey = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        var conversations = api.MapGroup("/conversations").WithTags("conversations");
        conversations.MapPost("/", BeginAsync).RequireAuthorization(Scope.Submit).WithName("beginConversation").WithSummary("Begin a conversation about a video, a picture, or nothing to see.")
            .Produces<ConversationBody>(StatusCodes.Status201Created).Produces<ConversationBody>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        conversations.MapGet("/", ListAsync).RequireAuthorization(Scope.Read).WithName("listConversations").WithSummary("Conversations, newest first.");
        var one = conversations.MapGroup("/{conversation}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("/", FindAsync).RequireAuthorization(Scope.Read).WithName("getConversation").WithSummary("A conversation with all that was said.").Produces<ConversationBody>();
        one.MapDelete("/", ForgetAsync).RequireAuthorization(Scope.Submit).WithName("forgetConversation").WithSummary("End a conversation, and remove all that was said.").Produces(StatusCodes.Status204NoContent);
        TurnEndpoints.Map(one);
    }

    /// <exception cref="JobRefusedException">The key is empty or too long.</exception>
    internal static void CheckKey(string? idempotencyKey)
    {
        if (idempotencyKey is { Length: 0 or > LongestIdempotencyKey })
            throw new JobRefusedException($"The header Idempotency-Key has {idempotencyKey.Length} characters; it may have 1 to {LongestIdempotencyKey}.");
    }

    private static async Task<IResult> BeginAsync(
        NewConversation conversation, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, ConversationMailer mailer, GatewaySettings settings, ClaimsPrincipal caller, TimeProvider time, CancellationToken stop)
    {
        CheckKey(idempotencyKey);
        var request = conversation.ToRequest();
        ConversationRules.Check(request);
        if (!settings.Models.Contains(request.Model, StringComparer.Ordinal))
            throw new JobRefusedException($"model is '{request.Model}'; this cluster knows {string.Join(", ", settings.Models.Order(StringComparer.Ordinal))}.");
        var id = idempotencyKey is null ? ConversationId.New(time.GetUtcNow()) : ConversationId.Of(caller.FindFirstValue(ClaimTypes.NameIdentifier), idempotencyKey);
        var isNew = idempotencyKey is null || (await mailer.ReadAsync(id, stop)).Request is null;
        var state = await mailer.BeginAsync(id, request, stop);
        if (state.Request != request) throw new JobRefusedException("The header Idempotency-Key was used for another conversation. Take a new one.");
        var body = ConversationBody.Of(id, state);
        return isNew ? TypedResults.Created($"/api/v1/conversations/{id}", body) : TypedResults.Ok(body);
    }

    private static async Task<Results<Ok<Page<ConversationSummary>>, ProblemHttpResult>> ListAsync(ClusterConnection cluster, CancellationToken stop, string? before = null, int limit = 50)
    {
        if (limit is < 1 or > MostListed) return Problem.Of(StatusCodes.Status400BadRequest, $"limit is {limit}; it may be 1 to {MostListed}.");
        var views = await cluster.Conversations.ListAsync(before, limit, stop);
        return TypedResults.Ok(new Page<ConversationSummary>([.. views.Select(ConversationSummary.Of)], views.Count == limit ? views[^1].ConversationId : null));
    }

    private static async Task<IResult> FindAsync(string conversation, HttpRequest request, ConversationMailer mailer, CancellationToken stop) =>
        await mailer.ReadAsync(conversation, stop) is { Request: not null } state ? ETagged.Json(request, ConversationBody.Of(conversation, state)) : Problem.NoConversation(conversation);

    private static async Task<IResult> ForgetAsync(string conversation, ClusterConnection cluster, ConversationMailer mailer, CancellationToken stop)
    {
        if (!await mailer.ForgetAsync(conversation, stop)) return Problem.NoConversation(conversation);
        await cluster.Progress.ForgetEventsAsync(conversation, stop);
        return TypedResults.NoContent();
    }
}
