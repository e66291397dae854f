using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Redis;

/// <summary>
/// Enters once by hand: signs in, selects the database, sends a PING. The client library reports a refused password, a rejected certificate
/// and an absent server alike; this tells them apart.
/// </summary>
internal static class RedisProbe
{
    private const int LongestReply = 1024;

    /// <summary>Null when the server lets us in, otherwise why it cannot be reached now.</summary>
    /// <exception cref="SettingsException">It is there and refuses us; waiting will not help.</exception>
    public static async Task<string?> TryAsync(ServerEndpoint endpoint, int database, RedisTls? tls, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(endpoint.Host, endpoint.Port, limit.Token);
            await using Stream stream = tls is null ? client.GetStream() : await EncryptAsync(client, endpoint, tls, limit.Token);
            return await EnterAsync(stream, endpoint, database, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            return failure.Message;
        }
    }

    private static async Task<SslStream> EncryptAsync(TcpClient client, ServerEndpoint endpoint, RedisTls tls, CancellationToken stop)
    {
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, chain, errors) => tls.Accepts(certificate, chain, errors));
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = tls.ServerName };
            if (tls.Own is { } own) options.ClientCertificates = [own];
            await stream.AuthenticateAsClientAsync(options, stop);
            return stream;
        }
        catch (Exception failure)
        {
            await stream.DisposeAsync();
            if (failure is not AuthenticationException) throw;
            throw new SettingsException(
                $"Redis at {endpoint}: no encrypted connection as '{tls.ServerName}': {failure.Message} Look at Redis:Tls (AuthorityFile, ServerName), and whether this port speaks TLS.", failure);
        }
    }

    private static async Task<string?> EnterAsync(Stream stream, ServerEndpoint endpoint, int database, CancellationToken stop)
    {
        if (endpoint.Password is { } password && await AskAsync(stream, stop, "AUTH", password.Reveal()) is { } refused && refused.StartsWith("-WRONGPASS", StringComparison.Ordinal))
            throw new SettingsException($"Redis at {endpoint} refuses the password. Correct Redis:Password.");
        if (database != 0 && await AskAsync(stream, stop, "SELECT", database.ToString(CultureInfo.InvariantCulture)) is { } reply && reply.StartsWith("-ERR", StringComparison.Ordinal))
            throw new SettingsException($"Redis at {endpoint} has no database {database}: {reply[1..]}. Choose a lower Redis:Space, or raise 'databases' in redis.conf.");
        var pong = await AskAsync(stream, stop, "PING");
        if (pong.StartsWith("+PONG", StringComparison.Ordinal)) return null;
        if (pong.StartsWith("-NOAUTH", StringComparison.Ordinal)) throw new SettingsException($"Redis at {endpoint} asks for a password. Set Redis:Password.");
        if (pong.StartsWith("-NOPERM", StringComparison.Ordinal)) throw new SettingsException($"Redis at {endpoint} does not let its default user in: {pong[1..]}.");
        if (pong.StartsWith('-')) return pong[1..];
        throw new SettingsException($"What answers at {endpoint} is not Redis. Correct Redis:Host and Redis:Port; a port for TLS needs Redis:Tls.");
    }

    /// <summary>Sends a command and reads the one line of its answer.</summary>
    private static async Task<string> AskAsync(Stream stream, CancellationToken stop, params string[] words)
    {
        var command = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words) command.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command.ToString()), stop);
        await stream.FlushAsync(stop);
        var line = new List<byte>();
        var next = new byte[1];
        while (line.Count < LongestReply && await stream.ReadAsync(next, stop) == 1)
        {
            if (next[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(next[0]);
        }

        throw new IOException(line.Count == 0 ? "the connection was closed at once" : "the answer is no line");
    }
}
