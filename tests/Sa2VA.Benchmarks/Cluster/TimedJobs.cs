using System.Diagnostics;
using System.Reflection;
using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Takes the time of every call to a job store but those that look into the outbox, which nobody waits for.</summary>
internal class TimedJobs : DispatchProxy
{
    private IJobStore _inner = null!;
    private CallTimes _times = null!;

    public static IJobStore Of(IJobStore inner, CallTimes times)
    {
        var proxy = Create<IJobStore, TimedJobs>();
        ((TimedJobs)proxy)._inner = inner;
        ((TimedJobs)proxy)._times = times;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var since = Stopwatch.GetTimestamp();
        var answer = (Task)targetMethod!.Invoke(_inner, args)!;
        if (targetMethod.Name != nameof(IJobStore.PumpOutboxAsync))
        {
            _ = answer.ContinueWith(
                _ => _times.Add($"{TimedServices.Jobs} {targetMethod.Name}", Stopwatch.GetElapsedTime(since)),
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return answer;
    }
}
