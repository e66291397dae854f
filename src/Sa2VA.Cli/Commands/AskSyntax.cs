using System.CommandLine;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cli.Commands;

/// <summary>The options that ask for words about a video.</summary>
internal sealed class AskSyntax
{
    /// <summary>Questions.</summary>
    public Option<string[]> Questions { get; } = new("--ask")
    {
        HelpName = "TEXT", Description = "A question about the video, answered in words; what the answer shows is tracked. May be repeated.", Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>A description.</summary>
    public Option<bool> Caption { get; } = new("--caption") { Description = "Describe the video; every phrase that has a mask is tracked." };

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<RunTarget> Targets(ParseResult parsed) =>
        [.. QuestionsOf(parsed).Select(text => new RunTarget.Question(text)), .. parsed.GetValue(Caption) ? (RunTarget[])[new RunTarget.Caption()] : []];

    /// <summary>The same for every video of a job.</summary>
    /// <exception cref="CliException">A question says nothing or too much.</exception>
    public JobQuestions OfJob(ParseResult parsed)
    {
        try
        {
            return JobQuestions.Of(QuestionsOf(parsed), parsed.GetValue(Caption));
        }
        catch (JobRefusedException refused)
        {
            throw new CliException(ExitCodes.Usage, $"--ask: {refused.Message}", refused);
        }
    }

    /// <summary>The questions.</summary>
    public IReadOnlyList<string> QuestionsOf(ParseResult parsed) => parsed.GetValue(Questions) ?? [];
}
