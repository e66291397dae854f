using System.CommandLine;
using System.Globalization;
using Sa2VA.Cli.Output;
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
        if (text is null) return null;
        var options = new RegroundOptions();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            options = word switch
            {
                "cut" => options with { OnCut = true },
                "doubt" => options with { OnDoubt = true },
                _ when int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) && frames is > 0 and <= 1_000_000 => options with { EveryFrames = frames },
                _ => throw new CliException(ExitCodes.Usage, $"--reground does not understand '{word}': give a number of frames from 1 to 1000000, 'cut', 'doubt', or several of them separated by commas, as '256,cut,doubt'."),
            };
        }

        return options;
    }
}
