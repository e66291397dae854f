using StackExchange.Redis;

namespace Sa2VA.Cluster.Redis;

/// <summary>What a failed operation means for the next try.</summary>
internal static class RedisFailures
{
    /// <summary>
    /// First words of answers that pass: it loads, is a replica until a failover is over, is full, cannot
    /// write its disk, runs a long script, or its operator is changing the password.
    /// </summary>
    private static readonly string[] s_passing = ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "OOM", "MISCONF", "BUSY", "NOREPLICAS", "NOAUTH", "WRONGPASS"];

    /// <summary>The server forgot a script (it was restarted): the same call sends the script again.</summary>
    public static bool IsForgottenScript(Exception failure) => failure is RedisServerException server && server.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    /// <summary>Whether the same operation can succeed later without anyone touching this program.</summary>
    public static bool MayPass(Exception failure) => failure switch
    {
        RedisServerException server => s_passing.Any(word => server.Message.Contains(word + ' ', StringComparison.Ordinal)),
        RedisConnectionException or TimeoutException or ObjectDisposedException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>A key holds something else than it should.</summary>
    public static bool IsWrongType(Exception failure) => failure is RedisServerException server && server.Message.Contains("WRONGTYPE", StringComparison.Ordinal);
}
