namespace Sa2VA.Cluster.Gateway.Problems;

/// <summary>Refuses addresses that no name of ours can be part of, before anybody behind has to.</summary>
internal sealed class AddressRules(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isOdd = HasControls(context.Request.Path.Value) || context.Request.Query.Any(pair => HasControls(pair.Key) || pair.Value.Any(HasControls));
        return isOdd ? Problem.Of(StatusCodes.Status400BadRequest, "The address has a control character in it.").ExecuteAsync(context) : next(context);
    }

    private static bool HasControls(string? text) => text?.Any(char.IsControl) == true;
}
