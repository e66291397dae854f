using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>How <see cref="RabbitMqTransport"/> uses its server. Every default suits a cluster of one to some hundred nodes.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>The first part of every name on the server, so that two clusters can share a virtual host. Letters, digits, '.', '-' and '_'. Default "sa2va".</summary>
    public string Prefix { get; init; } = "sa2va";

    /// <summary>Whose connections these are, for whoever looks at the server. Letters, digits, '.', '-' and '_'. Default: the machine's name.</summary>
    public string NodeName { get; init; } = Environment.MachineName;

    /// <summary>
    /// How often the server hands the same message out again before it puts it with the dead by itself. A second net, for work that takes its
    /// node down before the node can count; the count that decides is in SQL. A delivery that is returned, or whose node lost its connection,
    /// counts too, so this is well above the most attempts that any node may be set to, and not taken from its own setting: the queues keep the
    /// number that they were declared with, and everybody must name the same. 1 to 10,000, default ten times the most attempts: 1000.
    /// </summary>
    public int DeliveryLimit { get; init; } = 10 * AttemptRules.Most;

    /// <summary>After how long without a sign of life either side gives the other up. Whole seconds, 1 to 300; default 20 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one attempt to connect may take. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait after a failure, doubled with each further one. Default 200 ms.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two attempts. Default 10 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a consumer waits when all its queues are empty, doubled while they stay so. Default 20 ms.</summary>
    public TimeSpan FirstLook { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest wait between two looks: how late an idle node may notice work. Default 250 ms.</summary>
    public TimeSpan LongestLook { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Told that a connection was made again; there are two.</summary>
    public Action? Reconnected { get; init; }

    /// <exception cref="SettingsException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        RequireName(nameof(Prefix), Prefix);
        RequireName(nameof(NodeName), NodeName);
        if (DeliveryLimit is < 1 or > 10_000) throw new SettingsException($"RabbitMq:{nameof(DeliveryLimit)} is {DeliveryLimit}; it must be 1 to 10000.");
        if (Heartbeat < TimeSpan.FromSeconds(1) || Heartbeat > TimeSpan.FromSeconds(300)) throw new SettingsException($"RabbitMq:{nameof(Heartbeat)} is {Heartbeat}; it must be 1 s to 300 s.");
        if (ConnectTimeout <= TimeSpan.Zero) throw new SettingsException($"RabbitMq:{nameof(ConnectTimeout)} is {ConnectTimeout}; it must be more than nothing.");
        RequireOrder(nameof(FirstRetry), FirstRetry, nameof(LongestRetry), LongestRetry);
        RequireOrder(nameof(FirstLook), FirstLook, nameof(LongestLook), LongestLook);
    }

    private static void RequireName(string setting, string value)
    {
        // With what follows it a name stays below the 255 bytes that AMQP allows.
        if (value.Length is 0 or > 100 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new SettingsException($"RabbitMq:{setting} is '{value}'; it must be 1 to 100 letters, digits, '.', '-' or '_'.");
    }

    private static void RequireOrder(string first, TimeSpan least, string second, TimeSpan most)
    {
        if (least <= TimeSpan.Zero || most < least)
            throw new SettingsException($"RabbitMq:{first} is {least} and RabbitMq:{second} is {most}; the first must be more than nothing and the second no less than it.");
    }
}
