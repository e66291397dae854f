using System.Security.Authentication;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>Opens connections to one server, and says what a failure means to whoever set it up.</summary>
internal sealed class BrokerConnector
{
    private readonly ServerEndpoint _endpoint;
    private readonly RabbitMqOptions _options;
    private readonly ConnectionFactory _factory;

    /// <exception cref="SettingsException">A certificate cannot be read.</exception>
    public BrokerConnector(ServerEndpoint endpoint, RabbitMqOptions options)
    {
        (_endpoint, _options) = (endpoint, options);
        _factory = new ConnectionFactory
        {
            HostName = endpoint.Host,
            Port = endpoint.Port,
            UserName = endpoint.User ?? ConnectionFactory.DefaultUser,
            Password = endpoint.Password?.Reveal() ?? ConnectionFactory.DefaultPass,
            VirtualHost = VirtualHost,
            Ssl = BrokerTls.Of(endpoint),
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.ConnectTimeout,
            HandshakeContinuationTimeout = options.ConnectTimeout,

            // We reconnect ourselves: deliveries of a lost connection must be known to be void.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
        };
    }

    /// <summary>Where it connects to; no secret in it.</summary>
    public string Server => _endpoint.ToString();

    private string VirtualHost => _endpoint.Space ?? ConnectionFactory.DefaultVHost;

    private string User => _factory.UserName;

    /// <summary>A connection was made in the place of one that was lost.</summary>
    public void NoteReconnected() => _options.Reconnected?.Invoke();

    /// <summary>A new connection, the caller's to dispose. What it throws is for <see cref="Explain"/>.</summary>
    public Task<IConnection> ConnectAsync(string purpose, CancellationToken cancellationToken)
        => _factory.CreateConnectionAsync($"{_options.Prefix} {_options.NodeName} {purpose}", cancellationToken);

    /// <summary>The failure as a person can act on it: a <see cref="SettingsException"/>, or a <see cref="ServerUnavailableException"/> when waiting may help.</summary>
    public Exception Explain(Exception failure)
    {
        var causes = BrokerFailure.All(failure).ToList();
        if (causes.Exists(cause => cause is AuthenticationFailureException))
            return new SettingsException($"RabbitMQ at {Server} does not let user '{User}' in: check the user and the password.", failure);
        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } tls)
            return new SettingsException($"RabbitMQ at {Server} cannot be reached with TLS: {tls.Message} Check the port, RabbitMq:Tls:AuthorityFile and RabbitMq:Tls:ServerName.", failure);
        return BrokerFailure.CodeOf(failure) switch
        {
            BrokerFailure.NotAllowed => new SettingsException(
                $"RabbitMQ at {Server} does not open virtual host '{VirtualHost}' to user '{User}': {BrokerFailure.TextOf(failure)}. Create it, or give the user its permissions.", failure),
            BrokerFailure.AccessRefused => new SettingsException(
                $"RabbitMQ at {Server} does not let user '{User}' do its work: {BrokerFailure.TextOf(failure)}. It needs to configure and read '{_options.Prefix}.*', and to write that and 'amq.default'.", failure),
            BrokerFailure.PreconditionFailed => new SettingsException(
                $"RabbitMQ at {Server} has a queue or exchange of ours with other arguments: {BrokerFailure.TextOf(failure)}. " +
                $"Use the RabbitMq:{nameof(RabbitMqOptions.DeliveryLimit)} that it was declared with, another RabbitMq:{nameof(RabbitMqOptions.Prefix)}, or delete it once it is empty.", failure),
            _ => new ServerUnavailableException($"RabbitMQ at {Server} cannot be reached: {causes[^1].Message}", failure),
        };
    }
}
