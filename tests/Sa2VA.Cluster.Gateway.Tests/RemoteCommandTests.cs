using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary><c>sa2va submit</c> and its kin: the real program against a real gateway.</summary>
[Collection(GatewayCollection.Name)]
public sealed class RemoteCommandTests(GatewayFixture fixture) : IDisposable
{
    private const int Usage = 2;
    private const int ServerAway = 9;
    private const int Access = 10;
    private const int Incomplete = 11;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_video_is_submitted_watched_and_its_masks_are_fetched()
    {
        var cli = await CliAsync(Scope.Read, Scope.Submit);
        var submitted = await cli.RunAsync("submit", "clip-7.mp4", "the dog", "the cat", "--title", "by hand", "--watch", "--json");
        Assert.Equal(0, submitted.ExitCode);
        var lines = submitted.Lines;
        var job = Text(lines[0], "jobId");
        Assert.Equal((1, true), (lines[0].GetProperty("videos").GetInt32(), lines[0].GetProperty("isNew").GetBoolean()));
        Assert.Contains(lines, line => Text(line, "type") == "progress");
        var last = lines.Last(line => Text(line, "type") == "job");
        Assert.Equal(1, last.GetProperty("byState").GetProperty("completed").GetInt32());

        var status = await cli.RunAsync("status", job);
        Assert.Equal(0, status.ExitCode);
        Assert.Contains("1 completed", status.Output, StringComparison.Ordinal);
        Assert.Contains($"{GatewayFixture.Frames}/{GatewayFixture.Frames} frames", status.Output, StringComparison.Ordinal);
        var video = Text((await cli.RunAsync("status", job, "--json")).Lines.Single(line => Text(line, "type") == "video"), "videoId");
        Assert.Contains("object 1  the dog", (await cli.RunAsync("status", video)).Output, StringComparison.Ordinal);
        Assert.Contains("by hand", (await cli.RunAsync("status")).Output, StringComparison.Ordinal);

        var results = await cli.RunAsync("results", job, "--out", _folder.File("masks"));
        Assert.Equal(0, results.ExitCode);
        using var masks = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.File("masks", "clip-7", "masks.json"), Stop));
        Assert.Equal(("sa2va-masks", true, GatewayFixture.Frames), (Text(masks.RootElement, "format"), masks.RootElement.GetProperty("complete").GetBoolean(), masks.RootElement.GetProperty("frames").GetArrayLength()));

        // The same masks, by way of the file and by way of the gateway.
        Assert.Equal(0, (await cli.RunAsync("export", "--job", job, "--format", "csv", "--out", _folder.File("one"))).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("export", _folder.File("masks", "clip-7"), "--format", "csv", "--out", _folder.File("other"))).ExitCode);
        Assert.Equal(await File.ReadAllTextAsync(_folder.File("one", "boxes.csv"), Stop), await File.ReadAllTextAsync(_folder.File("other", "boxes.csv"), Stop));
        Assert.True(new FileInfo(_folder.File("one", "boxes.csv")).Length > 1000);
    }

    [Fact]
    public async Task Questions_are_submitted_and_their_answers_are_fetched()
    {
        var cli = await CliAsync(Scope.Read, Scope.Submit);
        var submitted = await cli.RunAsync("submit", "clip-8.mp4", "--ask", "What happens?", "--caption", "--watch", "--json");
        Assert.Equal(0, submitted.ExitCode);
        var job = Text(submitted.Lines[0], "jobId");
        var results = (await cli.RunAsync("results", job)).Output;
        Assert.Contains("question  What happens?: \"A ball rolls.\"", results, StringComparison.Ordinal);
        Assert.Contains("caption  \"A ball rolls.\"", results, StringComparison.Ordinal);
        var lines = (await cli.RunAsync("results", job, "--json")).Lines;
        Assert.Equal("A ball rolls.", Text(lines.Single(line => Text(line, "type") == "question"), "answer"));

        Assert.Equal(0, (await cli.RunAsync("results", job, "--out", _folder.File("said"))).ExitCode);
        using var masks = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.File("said", "clip-8", "masks.json"), Stop));
        Assert.Equal(("What happens?", true), (Text(masks.RootElement.GetProperty("questions")[0], "question"), masks.RootElement.GetProperty("questions")[0].GetProperty("complete").GetBoolean()));
        Assert.Equal(1, masks.RootElement.GetProperty("caption").GetProperty("phrases")[0].GetProperty("object").GetInt32());
        // Of a manifest every video is asked.
        await File.WriteAllTextAsync(_folder.File("all.jsonl"), "{\"video\":\"clip-9.mp4\"}\n", Stop);
        var all = await cli.RunAsync("submit", _folder.File("all.jsonl"), "--ask", "Why?", "--watch", "--json");
        Assert.Equal(0, all.ExitCode);
        Assert.Contains("question  Why?: \"A ball rolls.\"", (await cli.RunAsync("results", Text(all.Lines[0], "jobId"))).Output, StringComparison.Ordinal);
        // They go through an export of the files, too.
        Assert.Equal(0, (await cli.RunAsync("export", _folder.File("said", "clip-8"), "--format", "masks", "--out", _folder.File("again"))).ExitCode);
        Assert.Equal(await File.ReadAllTextAsync(_folder.File("said", "clip-8", "masks.json"), Stop), await File.ReadAllTextAsync(_folder.File("again", "clip-8", "masks.json"), Stop));
    }

    [Fact]
    public async Task A_manifest_is_streamed_cancelled_and_submitted_only_once()
    {
        var cli = await CliAsync(Scope.Read, Scope.Submit);
        var manifest = _folder.File("videos.jsonl");
        await File.WriteAllLinesAsync(manifest, Enumerable.Range(0, 300).Select(i => $"{{\"video\":\"v{i}.mp4\",\"expressions\":[\"x\"]}}"), Stop);
        var first = await cli.RunAsync("submit", manifest, "--key", $"night-{Guid.NewGuid():N}", "--priority", "low", "--json");
        Assert.Equal(0, first.ExitCode);
        var job = Text(first.Lines[0], "jobId");
        Assert.Equal(300, first.Lines[0].GetProperty("videos").GetInt32());

        var held = await cli.RunAsync("hold", job);
        Assert.Equal((0, $"{job} held back"), (held.ExitCode, held.Output));
        Assert.Contains("(held)", (await cli.RunAsync("status", "--limit", "100")).Output.Split('\n').Single(line => line.StartsWith(job, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("cancel", job)).ExitCode);
        var watched = await cli.RunAsync("watch", job);
        Assert.Equal(Incomplete, watched.ExitCode);
        Assert.Contains("cancelled", watched.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_with_a_code_of_its_own()
    {
        var cli = await CliAsync(Scope.Read);
        (await cli.RunAsync("status", "nothing")).IsRefused(Usage, "There is no job or video 'nothing'");
        (await cli.RunAsync("submit", "a.mp4", "x")).IsRefused(Access, "the scope 'submit'");
        (await cli.RunAsync("submit", _folder.File("none.jsonl"))).IsRefused(Usage, "cannot be read");
        (await cli.RunAsync("status", "--server", "http://archive.example.org")).IsRefused(Usage, "plain http", "Use https");
        (await cli.RunAsync("status", "--server", "gateway")).IsRefused(Usage, "is no address");
        (await (cli with { Key = "sa2va_wrong" }).RunAsync("status")).IsRefused(Access, "key");
        (await (cli with { Key = null }).RunAsync("status")).IsRefused(Access, "There is no key for", "sa2va profile add");
        (await (cli with { Server = null }).RunAsync("status")).IsRefused(Usage, "Which gateway?");
        (await (cli with { Server = "http://127.0.0.1:9" }).RunAsync("status")).IsRefused(ServerAway, "cannot be reached");
        (await cli.RunAsync("export", "--job", "nothing", "--format", "csv", "--out", _folder.File("x"))).IsRefused(Usage, "There is no job");

        var writer = await CliAsync(Scope.Read, Scope.Submit);
        await File.WriteAllTextAsync(_folder.File("bad.jsonl"), "{\"video\":\"a.mp4\",\"expressions\":[\"x\"]}\nnonsense\n", Stop);
        (await writer.RunAsync("submit", _folder.File("bad.jsonl"))).IsRefused(Usage, "Line 2 of the manifest");
        (await writer.RunAsync("submit", "a.mp4", "x", "--model", "other")).IsRefused(Usage, "this cluster knows nano");
    }

    [Fact]
    public async Task A_profile_keeps_address_and_key_to_itself()
    {
        var cli = await CliAsync(Scope.Read);
        var added = await (cli with { Input = cli.Key }).RunAsync("profile", "add", "lab", "--server", cli.Server!);
        Assert.Equal(0, added.ExitCode);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("config", "keys", "lab")));
        var bare = cli with { Server = null, Key = null };
        Assert.Equal(0, (await bare.RunAsync("status")).ExitCode);
        Assert.Contains("* lab", (await bare.RunAsync("profile", "list")).Output, StringComparison.Ordinal);
        // The key of a known address is found by it.
        Assert.Equal(0, (await (cli with { Key = null }).RunAsync("status")).ExitCode);
        (await bare.RunAsync("status", "--profile", "elsewhere")).IsRefused(Usage, "There is no profile 'elsewhere'", "lab");
        Assert.Equal(0, (await bare.RunAsync("profile", "remove", "lab")).ExitCode);
        Assert.False(File.Exists(_folder.File("config", "keys", "lab")));
        (await bare.RunAsync("status")).IsRefused(Usage, "Which gateway?");
    }

    [Fact]
    public async Task Shells_are_told_of_commands_and_options()
    {
        var cli = await CliAsync(Scope.Read);
        Assert.Contains("watch", (await cli.RunAsync("[suggest:2]", "wa")).Output.Split('\n'));
        Assert.Contains("--title", (await cli.RunAsync("[suggest:11]", "submit --ti")).Output.Split('\n'));
        foreach (var shell in (string[])["bash", "zsh", "fish"])
            Assert.Contains("suggest", (await cli.RunAsync("completion", shell)).Output, StringComparison.Ordinal);
    }

    /// <summary>The shell itself, with the script that it is given, completes a word that somebody has begun.</summary>
    [Theory]
    [InlineData("bash", """
        sa2va() { PROGRAM "$@"; }; source SCRIPT
        COMP_LINE='sa2va subm'; COMP_POINT=10; COMP_WORDS=(sa2va subm); COMP_CWORD=1; _sa2va_complete; echo "${COMPREPLY[@]}"
        """)]
    [InlineData("zsh", """
        zmodload zsh/zpty
        zpty typed zsh -f -i
        zpty -w typed 'autoload -Uz compinit; compinit -D -u; sa2va() { PROGRAM "$@"; }; source SCRIPT; print READ""Y'
        zpty -r typed line '*READY*'
        zpty -w -n typed $'sa2va subm\t'
        zpty -r typed line '*subm*it*' && print submit
        """)]
    [InlineData("fish", """
        function sa2va; PROGRAM $argv; end; source SCRIPT
        complete -C 'sa2va subm'
        """)]
    public async Task A_shell_completes_what_is_typed(string shell, string typing)
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, shell)));
        Assert.SkipUnless(isThere, $"{shell} is not installed.");
        await File.WriteAllTextAsync(_folder.File($"completion.{shell}"), (await (await CliAsync(Scope.Read)).RunAsync("completion", shell)).Output, Stop);
        var script = typing.Replace("SCRIPT", _folder.File($"completion.{shell}"), StringComparison.Ordinal).Replace("PROGRAM", $"dotnet exec {Cli.Program}", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo(shell, ["-c", script]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.Equal("submit", (await process.StandardOutput.ReadToEndAsync(Stop)).Trim());
    }

    [Fact]
    public async Task A_conversation_is_had_in_the_cluster_and_gone_on_with()
    {
        var cli = await CliAsync(Scope.Read, Scope.Submit);
        var talk = await cli.RunAsync("chat", "--source", fixture.Clip(), "--keyframes", "2", "--max-tokens", "24", "--json", "--ask", "What is it?", "--ask", "/mask the red square");
        Assert.Equal(0, talk.ExitCode);
        var answers = talk.Lines.Where(line => Text(line, "type") == "answer").ToList();
        Assert.Equal([(1, "What is it?"), (2, "/mask the red square")], answers.Select(line => (line.GetProperty("turn").GetInt32(), Text(line, "question"))));
        foreach (var answer in answers)
        {
            var said = talk.Lines.Where(line => Text(line, "type") == "text" && line.GetProperty("turn").GetInt32() == answer.GetProperty("turn").GetInt32()).Select(line => Text(line, "text"));
            Assert.Equal(Text(answer, "text"), string.Concat(said).Trim());
        }

        var id = Text(talk.Lines[^1], "conversation");
        var more = await cli.RunAsync("chat", "--conversation", id, "--ask", "And now?");
        Assert.Equal(0, more.ExitCode);
        Assert.StartsWith("> And now?\n", more.Output, StringComparison.Ordinal);
        Assert.Contains($"--conversation {id}", more.Errors, StringComparison.Ordinal);
        using var caller = await fixture.CallerAsync(Scope.Read);
        Assert.Equal(3, (await caller.GetFromJsonAsync<JsonElement>($"/api/v1/conversations/{id}", Stop)).GetProperty("turns").GetArrayLength());

        (await cli.RunAsync("chat", "--server", cli.Server!, "--video", "a.mp4", "--ask", "x")).IsRefused(Usage, "--video is for a model in this process", "--source");
        (await cli.RunAsync("chat", "--conversation", "nothing", "--ask", "x")).IsRefused(Usage, "There is no conversation 'nothing'");
        (await cli.RunAsync("chat", "--source", "nowhere.mp4", "--ask", "x")).IsRefused(Incomplete, "nowhere.mp4");
        (await cli.RunAsync("chat", "--server", cli.Server!, "--ask", "/mask x")).IsRefused(Usage, "--source");
    }

    [Fact]
    public async Task Interrupting_stops_the_answer_in_the_cluster()
    {
        using var caller = await fixture.EndlessCallerAsync(Scope.Read, Scope.Submit);
        var cli = CliOf(caller);
        using var process = cli.Start("chat", "--server", cli.Server!, "--max-tokens", "8000", "--json", "--ask", "Tell me everything");
        await using var registration = Stop.Register(() => process.Kill(entireProcessTree: true));
        var lines = new List<JsonElement>();
        while (await process.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            lines.Add(JsonDocument.Parse(line).RootElement);
            if (lines.Count != 1) continue;
            using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await kill.WaitForExitAsync(Stop);
        }

        await process.WaitForExitAsync(Stop);
        Assert.Equal(0, process.ExitCode);
        var answer = Assert.Single(lines, line => Text(line, "type") == "answer");
        Assert.False(answer.GetProperty("complete").GetBoolean());
        Assert.InRange(answer.GetProperty("tokens").GetInt32(), 1, 7999);
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private async Task<Cli> CliAsync(params string[] scopes)
    {
        using var caller = await fixture.CallerAsync(scopes);
        return CliOf(caller);
    }

    private Cli CliOf(HttpClient caller) => new(caller.BaseAddress!.ToString(), caller.DefaultRequestHeaders.Authorization!.Parameter, _folder.File("config"));

    private sealed record Cli(string? Server, string? Key, string Config)
    {
        public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "sa2va.dll");

        public string? Input { get; init; }

        public Process Start(params string[] arguments)
        {
            var start = new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
            {
                UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
            };
            (start.Environment["SA2VA_SERVER"], start.Environment["SA2VA_KEY"], start.Environment["SA2VA_CONFIG"]) = (Server, Key, Config);
            return Process.Start(start)!;
        }

        public async Task<Ended> RunAsync(params string[] arguments)
        {
            using var process = Start(arguments);
            await using var registration = Stop.Register(() => process.Kill(entireProcessTree: true));
            if (Input is not null) await process.StandardInput.WriteLineAsync(Input);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(Stop);
            var output = await process.StandardOutput.ReadToEndAsync(Stop);
            await process.WaitForExitAsync(Stop);
            TestContext.Current.TestOutputHelper?.WriteLine($"sa2va {string.Join(' ', arguments)}\n{output}\n{await errors}exit code {process.ExitCode}");
            return new Ended(process.ExitCode, output.TrimEnd('\n'), await errors);
        }
    }

    private sealed record Ended(int ExitCode, string Output, string Errors)
    {
        public IReadOnlyList<JsonElement> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

        public void IsRefused(int exitCode, params ReadOnlySpan<string> words)
        {
            Assert.True(ExitCode == exitCode, $"Expected exit code {exitCode}, not {ExitCode}: {Errors}");
            foreach (var word in words) Assert.Contains(word, Errors, StringComparison.Ordinal);
            Assert.StartsWith("sa2va: ", Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        }
    }
}
