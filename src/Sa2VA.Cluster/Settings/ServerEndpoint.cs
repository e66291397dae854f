namespace Sa2VA.Cluster.Settings;

/// <summary>Where a server is, and how to enter.</summary>
public sealed record ServerEndpoint
{
    /// <summary>Name or address.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>Who enters; null where the server asks nobody.</summary>
    public string? User { get; init; }

    /// <summary>With what; null where the server asks for nothing.</summary>
    public Secret? Password { get; init; }

    /// <summary>The part of the server that is ours: a PostgreSQL database, a RabbitMQ virtual host, the number of a Redis database. Null for the server's own default.</summary>
    public string? Space { get; init; }

    /// <summary>How the connection is encrypted; null for not at all.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>For messages: no secret in it.</summary>
    public override string ToString() => $"{(User is null ? "" : User + "@")}{Host}:{Port}{(Space is null ? "" : "/" + Space)}{(Tls is null ? "" : " (TLS)")}";
}

/// <summary>An encrypted connection. The server's certificate is always checked.</summary>
public sealed record TlsOptions
{
    /// <summary>PEM file of the authority that signed the server's certificate; null for those that the system trusts.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM files of our own certificate and key, where the server asks for one.</summary>
    public string? CertificateFile { get; init; }

    /// <inheritdoc cref="CertificateFile"/>
    public string? KeyFile { get; init; }

    /// <summary>The name in the server's certificate, where it is not the host's.</summary>
    public string? ServerName { get; init; }
}

/// <summary>The three servers of a cluster.</summary>
/// <param name="Postgres">Journal, jobs, checkpoints.</param>
/// <param name="RabbitMq">Work and mail.</param>
/// <param name="Redis">Results and progress.</param>
public sealed record ClusterEndpoints(ServerEndpoint Postgres, ServerEndpoint RabbitMq, ServerEndpoint Redis);
