using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Sa2VA.Cluster.Gateway.Problems;

/// <summary>Errors as RFC 9457 has them: <c>application/problem+json</c>, a detail that a person can act on.</summary>
internal static class Problem
{
    /// <summary>A problem of a kind; <paramref name="detail"/> says what was wrong and what to do.</summary>
    public static ProblemHttpResult Of(int status, string detail, IEnumerable<KeyValuePair<string, object?>>? more = null) =>
        TypedResults.Problem(detail, statusCode: status, title: ReasonPhrases.GetReasonPhrase(status), extensions: more);

    public static ProblemHttpResult NoJob(string id) => Of(StatusCodes.Status404NotFound, $"There is no job '{id}'.");

    public static ProblemHttpResult NoVideo(string id) => Of(StatusCodes.Status404NotFound, $"There is no video '{id}'.");

    public static ProblemHttpResult NoConversation(string id) => Of(StatusCodes.Status404NotFound, $"There is no conversation '{id}'.");

    public static ProblemHttpResult NoTurn(string id, int turn) => Of(StatusCodes.Status404NotFound, $"Conversation '{id}' has no turn {turn}.");
}
