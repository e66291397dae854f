using System.CommandLine;
using Sa2VA.Cluster.Regrounding;

namespace Sa2VA.Cli.Commands;

/// <summary>The option that says when the language model is asked again.</summary>
internal static class RegroundSyntax
{
    /// <summary>The option, for every command that runs a model.</summary>
    public static Option<string?> Option() => new("--reground")
    {
        HelpName = "WHEN", Description = "Ask the language model again while tracking, and correct the tracks: every N frames, on a 'cut', on 'doubt', or several of them, as '256,cut,doubt'. Default: never.",
    };

    /// <summary>What is meant; null for never.</summary>
    /// <exception cref="CliException">It is nothing of the kind.</exception>
    public static RegroundOptions? Parse(string? text)
    {
        try
        {
            return text is null ? null : RegroundOptions.Parse(text);
        }
        catch (FormatException failure)
        {
            throw new CliException(ExitCodes.Usage, "--" + failure.Message, failure);
        }
    }
}
