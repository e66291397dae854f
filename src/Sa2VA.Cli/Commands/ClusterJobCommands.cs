using System.CommandLine;
using Sa2VA.Cli.Clustering;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cli.Commands;

/// <summary>The parts of <c>sa2va cluster</c> that speak to a cluster's servers: jobs, dead letters, the doctor.</summary>
internal static class ClusterJobCommands
{
    public const string SubmitExamples = """
        sa2va cluster submit videos.jsonl --model nano --settings out/cluster/node.json
        sa2va cluster submit - --model nano --key night-42 --priority low --settings node.json < videos.jsonl
        The same key and manifest again is the same job; nothing runs twice.
        """;

    public static IEnumerable<Command> Create() => [Submit(), Jobs(), Videos(), Cancel(), Hold(), Release(), Retry(), Dead(), Examine()];

    private static Option<string> Settings() => new("--settings", "-s") { HelpName = "FILE", Description = "The settings of any node of the cluster.", Required = true };

    private static Option<bool> Json() => new("--json") { Description = "One object of JSON a line." };

    private static Argument<string> Job() => new("JOB") { Description = "Id of the job." };

    private static Argument<string?> Video() => new("VIDEO") { Description = "Id of one of its videos; default all.", Arity = ArgumentArity.ZeroOrOne };

    private static Command Submit()
    {
        var manifest = new Argument<string>("MANIFEST") { Description = "Videos as JSON lines (docs/manifest.md); - for the standard input." };
        var model = new Option<string>("--model", "-m") { HelpName = "NAME", Description = "A model by the name that nodes give it.", Required = true };
        var key = new Option<string?>("--key") { HelpName = "KEY", Description = "Your own name for the job: the same key again is the same job." };
        var title = new Option<string?>("--title") { HelpName = "TEXT", Description = "For people." };
        var priority = new Option<WorkPriority>("--priority") { HelpName = "HOW", Description = "high, normal or low.", DefaultValueFactory = _ => WorkPriority.Normal };
        var protocol = new Option<GroundingProtocol>("--protocol") { HelpName = "NAME", Description = "auto, sa2vai or sa2va.", DefaultValueFactory = _ => GroundingProtocol.Auto };
        var keyFrames = new Option<int>("--keyframes") { HelpName = "N", Description = "Frames shown to the language model.", DefaultValueFactory = _ => 5 };
        var reuse = new Option<bool>("--reuse") { Description = "Answer videos with the masks of earlier ones where content, sentences, model and settings are the same." };
        var (reground, verify, asks, words) = (RegroundSyntax.Option(), VerifySyntax.Switch(), VerifySyntax.Asks(), VerifySyntax.Words());
        var asked = new AskSyntax();
        var (settings, json) = (Settings(), Json());
        var command = new Command("submit", "Submit a job.") { manifest, model, key, title, priority, protocol, keyFrames, asked.Questions, asked.Caption, reground, verify, asks, words, reuse, settings, json };
        command.SetAction((parsed, stop) =>
        {
            var request = new JobRequest
            {
                Model = parsed.GetRequiredValue(model), Key = parsed.GetValue(key), Title = parsed.GetValue(title), Priority = parsed.GetValue(priority),
                Protocol = parsed.GetValue(protocol), KeyFrames = parsed.GetValue(keyFrames), ReuseResults = parsed.GetValue(reuse),
                Reground = RegroundSyntax.Parse(parsed.GetValue(reground)), Verify = VerifySyntax.Parse(parsed, verify, asks, words),
            };
            return JobSession.SubmitAsync(parsed.GetRequiredValue(settings), parsed.GetRequiredValue(manifest), request, asked.OfJob(parsed), parsed.GetValue(json), stop);
        });
        return command;
    }

    private static Command Jobs()
    {
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "At most so many.", DefaultValueFactory = _ => 20 };
        var (settings, json) = (Settings(), Json());
        var command = new Command("jobs", "List jobs, newest first.") { limit, settings, json };
        command.SetAction((parsed, stop) => JobSession.ListJobsAsync(parsed.GetRequiredValue(settings), parsed.GetValue(limit), parsed.GetValue(json), stop));
        return command;
    }

    private static Command Videos()
    {
        var job = Job();
        var state = new Option<VideoState?>("--state") { HelpName = "STATE", Description = "Only those: waiting, running, paused, completed, failed, cancelled or dead." };
        var (settings, json) = (Settings(), Json());
        var command = new Command("videos", "List the videos of a job and where they stand.") { job, state, settings, json };
        command.SetAction((parsed, stop) => JobSession.ListVideosAsync(
            parsed.GetRequiredValue(settings), parsed.GetRequiredValue(job), parsed.GetValue(state), parsed.GetValue(json), stop));
        return command;
    }

    private static Command Cancel()
    {
        var (job, video, settings) = (Job(), Video(), Settings());
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "For people.", DefaultValueFactory = _ => "cancelled by hand" };
        var command = new Command("cancel", "Stop a job, or one video of it, for good.") { job, video, reason, settings };
        command.SetAction((parsed, stop) => JobSession.CancelAsync(
            parsed.GetRequiredValue(settings), parsed.GetRequiredValue(job), parsed.GetValue(video), parsed.GetValue(reason)!, stop));
        return command;
    }

    private static Command Hold()
    {
        var (job, video, settings) = (Job(), Video(), Settings());
        var command = new Command("hold", "Hold a job, or one video of it, back; what runs is handed over first.") { job, video, settings };
        command.SetAction((parsed, stop) => JobSession.HoldAsync(parsed.GetRequiredValue(settings), parsed.GetRequiredValue(job), parsed.GetValue(video), stop));
        return command;
    }

    private static Command Release()
    {
        var (job, video, settings) = (Job(), Video(), Settings());
        var command = new Command("release", "Let what was held back go on.") { job, video, settings };
        command.SetAction((parsed, stop) => JobSession.ReleaseAsync(parsed.GetRequiredValue(settings), parsed.GetRequiredValue(job), parsed.GetValue(video), stop));
        return command;
    }

    private static Command Retry()
    {
        var (job, video, settings) = (Job(), Video(), Settings());
        var command = new Command("retry", "Try what failed, or is dead, again.") { job, video, settings };
        command.SetAction((parsed, stop) => JobSession.RetryAsync(parsed.GetRequiredValue(settings), parsed.GetRequiredValue(job), parsed.GetValue(video), stop));
        return command;
    }

    private static Command Dead()
    {
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "At most so many.", DefaultValueFactory = _ => 100 };
        var (settings, json) = (Settings(), Json());
        var command = new Command("dead", "List the work that was given up, and why.") { limit, settings, json };
        command.SetAction((parsed, stop) => JobSession.ListDeadAsync(parsed.GetRequiredValue(settings), parsed.GetValue(limit), parsed.GetValue(json), stop));
        return command;
    }

    private static Command Examine()
    {
        var silence = new Option<TimeSpan>("--silence") { HelpName = "TIME", Description = "How long a video may say nothing, as 00:30:00.", DefaultValueFactory = _ => TimeSpan.FromMinutes(30) };
        var repair = new Option<bool>("--repair") { Description = "Wake what is silent, and clear dead letters that stand for nothing." };
        var verify = new Option<string?>("--verify") { HelpName = "JOB", Description = "Also read all masks of this job's completed videos and compare them with the journal." };
        var (settings, json) = (Settings(), Json());
        var command = new Command("doctor", "Find what the servers disagree about.") { silence, repair, verify, settings, json };
        command.SetAction((parsed, stop) => DoctorSession.ExecuteAsync(
            parsed.GetRequiredValue(settings), parsed.GetValue(silence), parsed.GetValue(repair), parsed.GetValue(verify), parsed.GetValue(json), stop));
        return command;
    }
}
