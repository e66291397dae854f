using System.Security.Claims;
using Microsoft.AspNetCore.Mvc;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Gateway.Events;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Conversations;

/// <summary>What is said in a conversation: ask, listen, stop.</summary>
internal static class TurnEndpoints
{
    private const string EventStream = "text/event-stream";

    public static void Map(RouteGroupBuilder conversation)
    {
        conversation.MapPost("/turns", AskAsync).RequireAuthorization(Scope.Submit).WithName("askQuestion").WithSummary("Ask; with Accept: text/event-stream the answer comes as it is said.")
            .Produces<AcceptedTurn>(StatusCodes.Status202Accepted).Produces<SaidText>(contentType: EventStream).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        conversation.MapGet("/turns/{turn:int}", FindAsync).RequireAuthorization(Scope.Read).WithName("getTurn").WithSummary("A question, and its answer once it is over.").Produces<TurnView>();
        conversation.MapGet("/turns/{turn:int}/events", StreamTurnAsync).RequireAuthorization(Scope.Read).WithName("streamTurn").WithSummary("A turn as server-sent events, to its end.").Produces<SaidText>(contentType: EventStream);
        conversation.MapPost("/turns/{turn:int}/stop", StopAsync).RequireAuthorization(Scope.Submit).WithName("stopAnswer").WithSummary("Say no more: the answer ends where it is.").Produces<TurnView>();
        conversation.MapGet("/events", StreamAsync).RequireAuthorization(Scope.Read).WithName("streamConversation").WithSummary("What happens in a conversation, as server-sent events.").Produces<SaidText>(contentType: EventStream);
    }

    private static async Task<IResult> AskAsync(
        string conversation, NewQuestion question, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, HttpContext context, ClusterConnection cluster, ConversationMailer mailer,
        StreamSlots slots, TimeProvider time, IHostApplicationLifetime life, CancellationToken stop)
    {
        ConversationEndpoints.CheckKey(idempotencyKey);
        var known = await mailer.ReadAsync(conversation, stop);
        if (known.Request is null) return Problem.NoConversation(conversation);
        ConversationRules.Check(known.Request, question.Question, question.AsksForMask);
        var id = idempotencyKey is null ? ConversationId.New(time.GetUtcNow()) : ConversationId.Of(context.User.FindFirstValue(ClaimTypes.NameIdentifier), conversation, idempotencyKey);
        if (AskedIn(known, id) is { } before && (before.Text, before.AsksForMask) != (question.Question, question.AsksForMask))
            throw new JobRefusedException("The header Idempotency-Key was used for another question. Take a new one.");
        if (!known.Knows(id) && !known.TakesMore) return Full(known);
        var isStream = context.Request.Headers.Accept.Any(accept => accept?.Contains(EventStream, StringComparison.OrdinalIgnoreCase) == true);
        using var slot = isStream ? slots.TryTake(context.User) : null;
        if (isStream && slot is null) return StreamSlots.Refusal();

        // What comes of the question comes after this event.
        var after = await cluster.Progress.PublishEventAsync(conversation, ConversationNews.Sent(id, question.Question, time.GetUtcNow()), stop);
        var state = await mailer.AskAsync(conversation, id, question.Question, question.AsksForMask, stop);
        if (state.Request is null) return Problem.NoConversation(conversation);
        if (AskedIn(state, id) is not { } asked) return Full(state);
        var place = $"/api/v1/conversations/{conversation}/turns/{asked.Turn}";
        if (!isStream) return TypedResults.Accepted(place, new AcceptedTurn(ViewOf(state, asked.Turn)!, after));
        context.Response.Headers.Location = place;
        await ServerSentEvents.SendAsync(context, cancel => ConversationStream.TurnAsync(cluster, mailer, conversation, asked.Turn, after, time, cancel), time, life);
        return TypedResults.Empty;
    }

    private static async Task<IResult> FindAsync(string conversation, int turn, HttpRequest request, ConversationMailer mailer, CancellationToken stop) => await mailer.ReadAsync(conversation, stop) switch
    {
        { Request: null } => Problem.NoConversation(conversation),
        var state => ViewOf(state, turn) is { } view ? ETagged.Json(request, view) : Problem.NoTurn(conversation, turn),
    };

    private static async Task<IResult> StopAsync(string conversation, int turn, ConversationMailer mailer, CancellationToken stop)
    {
        var state = await mailer.ReadAsync(conversation, stop);
        if (state.Request is null) return Problem.NoConversation(conversation);
        if (state.At(turn).Open is { } open) await mailer.StopAsync(conversation, open.Id, stop);
        return ViewOf(await mailer.ReadAsync(conversation, stop), turn) is { } view ? TypedResults.Ok(view) : Problem.NoTurn(conversation, turn);
    }

    private static async Task<IResult> StreamAsync(
        string conversation, HttpContext context, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, ClusterConnection cluster, ConversationMailer mailer, StreamSlots slots,
        TimeProvider time, IHostApplicationLifetime life, CancellationToken stop)
    {
        if ((await mailer.ReadAsync(conversation, stop)).Request is null) return Problem.NoConversation(conversation);
        return await SendAsync(context, lastEventId, slots, cancel => ConversationStream.AllAsync(cluster.Progress, conversation, lastEventId, cancel), time, life);
    }

    private static async Task<IResult> StreamTurnAsync(
        string conversation, int turn, HttpContext context, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, ClusterConnection cluster, ConversationMailer mailer, StreamSlots slots,
        TimeProvider time, IHostApplicationLifetime life, CancellationToken stop)
    {
        var state = await mailer.ReadAsync(conversation, stop);
        if (state.Request is null) return Problem.NoConversation(conversation);
        if (ViewOf(state, turn) is null) return Problem.NoTurn(conversation, turn);
        return await SendAsync(context, lastEventId, slots, cancel => ConversationStream.TurnAsync(cluster, mailer, conversation, turn, lastEventId, time, cancel), time, life);
    }

    private static async Task<IResult> SendAsync(
        HttpContext context, string? lastEventId, StreamSlots slots, Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> pieces, TimeProvider time, IHostApplicationLifetime life)
    {
        try
        {
            if (lastEventId is not null) JobEventId.Parse(lastEventId);
        }
        catch (ArgumentException wrong)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, $"Last-Event-ID: {wrong.Message}");
        }

        using var slot = slots.TryTake(context.User);
        if (slot is null) return StreamSlots.Refusal();
        await ServerSentEvents.SendAsync(context, pieces, time, life);
        return TypedResults.Empty;
    }

    private static AskedQuestion? AskedIn(ConversationState state, string questionId) => state.Find(questionId) is var (open, over) ? open ?? over?.Asked : null;

    private static TurnView? ViewOf(ConversationState state, int turn) => state.At(turn) switch
    {
        (_, { } over) => TurnView.Of(over),
        ({ } open, _) => TurnView.Of(open),
        _ => null,
    };

    private static IResult Full(ConversationState state) => Problem.Of(
        StatusCodes.Status409Conflict,
        state.Open.Count >= ConversationRules.MostOpen
            ? $"{state.Open.Count} questions wait for their answer. Wait for one, or stop one."
            : $"The conversation has {state.Turns.Count} turns, which is as many as one may have. Begin a new one.");
}
