using System.CommandLine;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cli.Commands;

/// <summary>The options that ask for presence to be verified.</summary>
internal static class VerifySyntax
{
    /// <summary>Turns it on.</summary>
    public static Option<bool> Switch() => new("--verify") { Description = "Ask each sentence several times, about other key frames, and conclude from answers and masks: present, absent or unsure." };

    /// <summary>How often.</summary>
    public static Option<int> Asks() => new("--verify-asks") { HelpName = "N", Description = "With --verify: how many times more each sentence is asked, 1 to 16.", DefaultValueFactory = _ => new VerifyOptions().Asks };

    /// <summary>Whether in words too.</summary>
    public static Option<string?> Words()
    {
        var words = new Option<string?>("--verify-words") { HelpName = "on|off", Description = $"With --verify: whether the model is also asked in words. Default: on where its {PresenceModel.FileName} weighs the answer, and for --calibrate." };
        words.AcceptOnlyFromAmong("on", "off");
        return words;
    }

    /// <summary>What is meant; null for not.</summary>
    /// <exception cref="CliException">A number without the switch, or out of range.</exception>
    public static VerifyOptions? Parse(ParseResult parsed, Option<bool> verify, Option<int> asks, Option<string?> words)
    {
        var count = parsed.GetValue(asks);
        if (count is < 1 or > 16) throw new CliException(ExitCodes.Usage, $"--verify-asks must be from 1 to 16, not {count}.");
        if (parsed.GetValue(verify)) return new VerifyOptions { Asks = count, Words = parsed.GetValue(words) switch { "on" => true, "off" => false, _ => null } };
        return new Option[] { asks, words }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } odd
            ? throw new CliException(ExitCodes.Usage, $"{odd.Name} goes with --verify.") : null;
    }
}
