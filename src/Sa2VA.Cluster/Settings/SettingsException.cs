namespace Sa2VA.Cluster.Settings;

/// <summary>A setting is missing, malformed or contradicts another; the message names it and says what it may be.</summary>
public sealed class SettingsException : Exception
{
    public SettingsException(string message)
        : base(message)
    {
    }

    public SettingsException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
