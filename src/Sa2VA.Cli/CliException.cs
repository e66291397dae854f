namespace Sa2VA.Cli;

/// <summary>A mistake or a failure that has an exit code and a sentence for the person at the terminal.</summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
