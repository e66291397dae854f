using System.CommandLine;
using System.CommandLine.Parsing;
using Sa2VA.Cli.Remote;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Commands;

/// <summary>The commands that speak to a cluster through its gateway.</summary>
internal static class RemoteCommands
{
    public const string SubmitExamples = """
        sa2va submit archive:2026/a.mp4 "the dog that jumps over the fence" --watch
        sa2va submit clip.mp4 "the dog" --upload --watch
        sa2va submit archive:2026/a.mp4 --ask "What happens here?" --caption --watch
        sa2va submit videos.jsonl --ask "Does anybody fall?"
        sa2va submit videos.jsonl --model nano --key night-42 --priority low
        make-manifest | sa2va submit - --model nano
        The same key and videos again is the same job; nothing runs twice.
        """;

    public const string ResultsExamples = """
        sa2va results JOB
        sa2va results JOB --out results && sa2va eval --dataset DIR --predictions results
        """;

    private static readonly string[] Priorities = ["high", "normal", "low"];
    private static readonly string[] VideoStates = ["waiting", "running", "paused", "completed", "failed", "cancelled", "dead"];
    private static readonly string[] JobStates = ["active", "done", "failed"];

    public static IEnumerable<Command> Create() =>
    [
        Submit(), Status(), Watch(), Results(), Estimate(), Nodes(), Priority(),
        Change("cancel", "Stop a job, or a video, for good.", "cancelled", (client, id, stop) => client.CancelJobAsync(id, reason: null, stop), (client, id, stop) => client.CancelVideoAsync(id, reason: null, stop)),
        Change("hold", "Hold a job, or a video, back; what runs is handed over first.", "held back", (client, id, stop) => client.HoldJobAsync(id, stop), (client, id, stop) => client.HoldVideoAsync(id, stop)),
        Change("release", "Let what was held back go on.", "released", (client, id, stop) => client.ReleaseJobAsync(id, stop), (client, id, stop) => client.ReleaseVideoAsync(id, stop)),
        Change("retry", "Try what failed, or is dead, again.", "is tried again", (client, id, stop) => client.RetryJobAsync(id, stop), (client, id, stop) => client.RetryVideoAsync(id, stop)),
    ];

    private static Argument<string> Id() => new("ID") { Description = "Id of a job, or of a video." };

    private static Command Submit()
    {
        var source = new Argument<string>("SOURCE") { Description = "Without sentences: a manifest, videos as JSON lines (docs/manifest.md), or - for the standard input; with --ask or --caption alone it is one when its name ends with .jsonl, .ndjson or .json. Otherwise a video by the name that the cluster reads it by." };
        var expressions = new Argument<string[]>("EXPRESSION") { Description = "What to find, in words; each is looked for on its own.", Arity = ArgumentArity.ZeroOrMore };
        var asked = new AskSyntax();
        var model = new Option<string?>("--model", "-m") { HelpName = "NAME", Description = "A model of the cluster. Default: the only one." };
        var key = new Option<string?>("--key") { HelpName = "KEY", Description = "Your own name for the job: the same key again is the same job." };
        var title = new Option<string?>("--title") { HelpName = "TEXT", Description = "For people." };
        var priority = PriorityOption();
        var keyFrames = new Option<int>("--keyframes") { HelpName = "N", Description = "Frames shown to the language model.", DefaultValueFactory = _ => 5 };
        var (reground, verify, asks, words) = (RegroundSyntax.Option(), VerifySyntax.Switch(), VerifySyntax.Asks(), VerifySyntax.Words());
        var reuse = new Option<bool>("--reuse") { Description = "Answer videos with the masks of earlier ones where content, sentences, model and settings are the same." };
        var upload = new Option<bool>("--upload") { Description = "The video is a file here: send it to the gateway first." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Follow the job to its end." };
        return Make("submit", "Submit a job to a cluster.", [source, expressions], [asked.Questions, asked.Caption, model, key, title, priority, keyFrames, reground, verify, asks, words, reuse, upload, watch], (parsed, client, json, stop) => new SubmitSession
        {
            Source = parsed.GetRequiredValue(source), Expressions = parsed.GetValue(expressions) ?? [], Questions = asked.QuestionsOf(parsed), Caption = parsed.GetValue(asked.Caption), Model = parsed.GetValue(model), Key = parsed.GetValue(key),
            Title = parsed.GetValue(title), Priority = parsed.GetRequiredValue(priority), KeyFrames = parsed.GetValue(keyFrames), Reuse = parsed.GetValue(reuse),
            Reground = RegroundSyntax.Parse(parsed.GetValue(reground))?.ToString(), Verify = VerifySyntax.Parse(parsed, verify, asks, words),
            Upload = parsed.GetValue(upload), Watch = parsed.GetValue(watch),
        }.ExecuteAsync(client, json, stop));
    }

    private static Command Status()
    {
        var id = new Argument<string?>("ID") { Description = "Id of a job, or of a video; without it jobs are listed, newest first.", Arity = ArgumentArity.ZeroOrOne };
        var state = new Option<string?>("--state") { HelpName = "STATE", Description = $"Of a job only these videos: {Listed(VideoStates)}. Without an id only these jobs: {Listed(JobStates)}." };
        state.AcceptOnlyFromAmong([.. VideoStates.Union(JobStates)]);
        var name = new Option<string?>("--name") { HelpName = "TEXT", Description = "Without an id: only jobs with this in their title, id, model or key." };
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "List at most so many jobs.", DefaultValueFactory = _ => 20 };
        return Make("status", "Say how jobs, a job's videos, or a video stand.", [id], [state, name, limit], (parsed, client, json, stop) =>
        {
            var (one, wanted) = (parsed.GetValue(id), parsed.GetValue(state));
            var known = one is null ? JobStates : VideoStates;
            if (wanted is not null && !known.Contains(wanted)) throw new CliException(ExitCodes.Usage, $"--state {wanted}: {(one is null ? "jobs" : "videos")} are {Listed(known)}.");
            if (one is not null && parsed.GetValue(name) is not null) throw new CliException(ExitCodes.Usage, "--name picks jobs from the list; with an id there is nothing to pick.");
            return one is null ? StatusSession.ListAsync(client, wanted, parsed.GetValue(name), parsed.GetValue(limit), json, stop) : StatusSession.ShowAsync(client, one, wanted, json, stop);
        });

        static string Listed(string[] words) => $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }

    private static Command Watch()
    {
        var job = new Argument<string>("JOB") { Description = "Id of the job." };
        return Make("watch", "Follow a job, live, to its end.", [job], [], (parsed, client, json, stop) => WatchSession.ExecuteAsync(client, parsed.GetRequiredValue(job), json, stop));
    }

    private static Command Results()
    {
        var id = Id();
        var folder = new Option<string?>("--out", "-o") { HelpName = "DIR", Description = "Also write the masks: VIDEO/masks.json for every completed video." };
        return Make("results", "Say what was found, and fetch the masks.", [id], [folder], (parsed, client, json, stop) => ResultsSession.ExecuteAsync(client, parsed.GetRequiredValue(id), parsed.GetValue(folder), json, stop));
    }

    private static Command Estimate()
    {
        var source = new Argument<string>("SOURCE") { Description = "Without sentences: a manifest. With them: a video by the name that the cluster reads it by." };
        var expressions = new Argument<string[]>("EXPRESSION") { Description = "What to find, in words.", Arity = ArgumentArity.ZeroOrMore };
        var model = new Option<string?>("--model", "-m") { HelpName = "NAME", Description = "A model of the cluster. Default: the only one." };
        var price = new Option<double?>("--price") { HelpName = "AMOUNT", Description = "What an hour of a GPU costs." };
        var currency = new Option<string?>("--currency") { HelpName = "CODE", Description = "Of the price: EUR." };
        return Make("estimate", "Say what a job would take; nothing is submitted.", [source, expressions], [model, price, currency], (parsed, client, json, stop) => EstimateSession.ExecuteAsync(
            client, parsed.GetRequiredValue(source), parsed.GetValue(expressions) ?? [], parsed.GetValue(model), parsed.GetValue(price), parsed.GetValue(currency), json, stop));
    }

    private static Command Nodes() => Make("nodes", "Say who works, on what, and how much waits.", [], [], (_, client, json, stop) => NodesSession.ExecuteAsync(client, json, stop));

    private static Command Priority()
    {
        var job = new Argument<string>("JOB") { Description = "Id of the job." };
        var priority = new Argument<string>("HOW") { Description = "high, normal or low." };
        priority.AcceptOnlyFromAmong(Priorities);
        return Make("priority", "Make a job more or less urgent.", [job, priority], [], async (parsed, client, json, stop) =>
        {
            var (id, how) = (parsed.GetRequiredValue(job), parsed.GetRequiredValue(priority));
            if (await client.FindJobAsync(id, stop) is null) throw RemoteIds.NotThere(id);
            await client.SetJobPriorityAsync(id, how, stop);
            RemoteText.Say(json, $"{id} is {how} now", new System.Text.Json.Nodes.JsonObject { ["type"] = "changed", ["id"] = id, ["change"] = how });
            return ExitCodes.Success;
        });
    }

    private static Option<string> PriorityOption()
    {
        var priority = new Option<string>("--priority") { HelpName = "HOW", Description = "high, normal or low.", DefaultValueFactory = _ => "normal" };
        priority.AcceptOnlyFromAmong(Priorities);
        return priority;
    }

    private static Command Change(string name, string what, string done, Func<Sa2vaClient, string, CancellationToken, Task> onJob, Func<Sa2vaClient, string, CancellationToken, Task> onVideo)
    {
        var id = Id();
        return Make(name, what, [id], [], (parsed, client, json, stop) => RemoteIds.ChangeAsync(
            client, parsed.GetRequiredValue(id), done, (one, cancel) => onJob(client, one, cancel), (one, cancel) => onVideo(client, one, cancel), json, stop));
    }

    private static Command Make(
        string name, string what, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<ParseResult, Sa2vaClient, bool, CancellationToken, Task<int>> work)
    {
        var command = new Command(name, what);
        foreach (var argument in arguments) command.Arguments.Add(argument);
        foreach (var option in options) command.Options.Add(option);
        var remote = new RemoteOptions();
        remote.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var client = remote.Connect(parsed);
            return await work(parsed, client, remote.Json(parsed), stop);
        });
        return command;
    }
}
