using System.Net.Sockets;
using System.Threading.Channels;
using RabbitMQ.Client.Exceptions;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>What the client's exceptions mean.</summary>
internal static class BrokerFailure
{
    public const int AccessRefused = 403;
    public const int NotFound = 404;
    public const int Locked = 405;
    public const int PreconditionFailed = 406;
    public const int NotAllowed = 530;

    /// <summary>Whether the connection or channel is gone, or the server did not answer: the same can be tried again on a new one.</summary>
    public static bool MayPass(Exception failure) => failure
        is RabbitMQClientException or IOException or SocketException or TimeoutException or ObjectDisposedException or OperationCanceledException or ChannelClosedException;

    /// <summary>The reply code with which the server closed the channel or connection; null when it did not.</summary>
    public static int? CodeOf(Exception failure) => All(failure).OfType<OperationInterruptedException>().FirstOrDefault()?.ShutdownReason?.ReplyCode;

    /// <summary>The server's own words; null when it said none.</summary>
    public static string? TextOf(Exception failure) => All(failure).OfType<OperationInterruptedException>().FirstOrDefault()?.ShutdownReason?.ReplyText;

    /// <summary>A failure and what it comes from, outermost first.</summary>
    public static IEnumerable<Exception> All(Exception failure)
    {
        yield return failure;
        var inner = failure is AggregateException many ? many.InnerExceptions : failure.InnerException is { } one ? [one] : (IEnumerable<Exception>)[];
        foreach (var deeper in inner.SelectMany(All)) yield return deeper;
    }
}
