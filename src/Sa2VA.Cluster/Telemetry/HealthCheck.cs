using System.Collections.Immutable;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Something that must be well.</summary>
/// <param name="Name">For people: <c>postgres</c>.</param>
/// <param name="Ask">Returns null when it is well, and otherwise what is wrong and what to do.</param>
/// <param name="ForLife">
/// Whether the process must be killed when it is not well. Only for what no waiting mends: a server that is away makes a node not ready, and
/// killing the node would mend nothing.
/// </param>
public sealed record HealthCheck(string Name, Func<CancellationToken, ValueTask<string?>> Ask, bool ForLife = false);

/// <summary>What a probe is told.</summary>
/// <param name="Ok">Whether all is well.</param>
/// <param name="Node">Who answers.</param>
/// <param name="Checks">Each check.</param>
public sealed record HealthReport(bool Ok, string Node, IReadOnlyList<HealthFinding> Checks);

/// <summary>What a check found.</summary>
/// <param name="Name">Of the check.</param>
/// <param name="Ok">Whether it is well.</param>
/// <param name="Reason">What is wrong; null when nothing is.</param>
public sealed record HealthFinding(string Name, bool Ok, string? Reason);

/// <summary>The checks of a process, which come and go. Thread-safe.</summary>
public sealed class HealthChecks
{
    private ImmutableArray<HealthCheck> _all = [];

    /// <param name="checks">The first ones.</param>
    public HealthChecks(params ReadOnlySpan<HealthCheck> checks) => _all = [.. checks];

    /// <summary>All there are now.</summary>
    public IReadOnlyList<HealthCheck> All => _all;

    /// <summary>Adds a check, or puts it in the place of the one of its name.</summary>
    public void Set(HealthCheck check) => ImmutableInterlocked.Update(ref _all, all => [.. all.Where(c => c.Name != check.Name), check]);
}

/// <summary>Asks all checks at once.</summary>
internal sealed class HealthSurvey(string node, HealthChecks checks, TimeSpan limit, TimeProvider time)
{
    public async Task<HealthReport> AskAsync(bool forLife, CancellationToken cancellationToken)
    {
        var findings = await Task.WhenAll(checks.All.Where(check => !forLife || check.ForLife).Select(check => AskAsync(check, cancellationToken)));
        return new HealthReport(findings.All(finding => finding.Ok), node, findings);
    }

    private async Task<HealthFinding> AskAsync(HealthCheck check, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            // A check that does not look at its token must not hold up the probe either.
            var reason = await check.Ask(both.Token).AsTask().WaitAsync(both.Token);
            return new HealthFinding(check.Name, reason is null, reason);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new HealthFinding(check.Name, Ok: false, $"It did not answer within {limit.TotalSeconds:0.#} s.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new HealthFinding(check.Name, Ok: false, failure.Message);
        }
    }
}
