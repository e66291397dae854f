using System.Diagnostics;

namespace Sa2VA.Cluster.Settings;

/// <summary>Something that must not be seen: it prints as stars, whoever logs it. Comes from a variable of the environment or from a file.</summary>
[DebuggerDisplay("***")]
public sealed class Secret
{
    private readonly string _value;

    /// <summary>Keeps a value that is at hand already.</summary>
    public Secret(string value) => _value = value;

    /// <summary>The value of a variable.</summary>
    /// <exception cref="SettingsException">It is not set.</exception>
    public static Secret FromEnvironment(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? new Secret(value) : throw new SettingsException($"The variable {variable}, which should hold a secret, is not set.");

    /// <summary>The first line of a file.</summary>
    /// <exception cref="SettingsException">It cannot be read, or is empty.</exception>
    public static Secret FromFile(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } value
                ? new Secret(value) : throw new SettingsException($"The secret file '{path}' is empty.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The secret file '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The value itself, for the one who needs it.</summary>
    public string Reveal() => _value;

    /// <inheritdoc/>
    public override string ToString() => "***";
}
