using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Checkpoints;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Whoever answers is killed, at every question: what was said does not show it.</summary>
[Collection(SteadyServers.Name)]
public sealed class ConversationKillTests(Archive archive, TestServers servers)
{
    private const string Endless = "endless";
    private const int MostTokens = 4000;

    private static readonly string[] Questions = ["Tell me everything", "And then?", "What is it?"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_while_questions_are_answered_leave_no_trace()
    {
        // The likeliest words of random weights come to no end: whoever answers is still at it when it is killed.
        using var folder = new TemporaryFolder();
        var model = folder.File("endless");
        ModelInitializer.Write(ModelPreset.Named("tiny"), model, new InitOptions { Seed = 3, AnswersWithSegmentation = false });
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["models"] = new JsonObject { [Endless] = model };
        var nodes = new List<NodeProcess> { cluster.StartNode(), cluster.StartNode() };
        try
        {
            var about = new ConversationRequest { Model = Endless, Source = archive.Videos(1)[0].Source, KeyFrames = 2, MaxNewTokens = MostTokens };
            var mailer = new ConversationMailer(cluster.Connection.Transport, cluster.Connection.Journal, cluster.Connection.Conversations, "tests", TimeProvider.System);
            var id = ConversationId.New(DateTimeOffset.UtcNow);
            await mailer.BeginAsync(id, about, Stop);
            foreach (var (place, question) in Questions.Index())
            {
                await mailer.AskAsync(id, $"q{place}", question, asksForMask: false, Stop);
                var begun = await HearAsync(cluster, id, place + 1, ConversationNews.Text);
                var victim = nodes.FindIndex(node => node.Name == begun);
                nodes[victim] = await cluster.ReplaceAsync(nodes[victim]);
                Assert.NotEqual(begun, await HearAsync(cluster, id, place + 1, ConversationNews.TurnOver));
            }

            var said = (await mailer.ReadAsync(id, Stop)).Turns;
            Assert.Equal(Questions, said.Select(turn => turn.Asked.Text));
            Assert.All(said, turn => Assert.Equal(MostTokens, turn.Answer!.TokenIds.Length));
            Assert.Equal(await AloneAsync(about, model), said.Select(turn => string.Join(' ', turn.Answer!.TokenIds)));
        }
        finally
        {
            cluster.Report();
        }
    }

    /// <summary>Listens to a turn up to an event; returns who had begun the answer last.</summary>
    private static async Task<string> HearAsync(TestCluster cluster, string id, int turn, string type)
    {
        var node = "";
        await foreach (var stored in cluster.Connection.Progress.ReadEventsAsync(id, afterId: null, TimeSpan.FromMilliseconds(50), Stop))
        {
            if (ConversationNews.TurnOf(stored.Event) != turn) continue;
            if (stored.Event.Type == ConversationNews.AnswerBegan) node = JsonSerializer.Deserialize<BegunAnswer>(stored.Event.Detail!, ConversationNews.Json)!.Node;
            if (stored.Event.Type == type) break;
        }

        return node;
    }

    /// <summary>The same in one process, where nobody is killed.</summary>
    private static async Task<IReadOnlyList<string>> AloneAsync(ConversationRequest about, string model)
    {
        await using var host = new ModelHost(model, "cpu");
        await using var chat = await ChatSession.OpenAsync(host, new ChatRequest { Source = about.Source, KeyFrames = about.KeyFrames }, Stop);
        var said = new List<string>();
        foreach (var question in Questions) said.Add(string.Join(' ', (await chat.AskAsync(question, about.OptionsAt(said.Count + 1), cancellationToken: Stop)).TokenIds));
        return said;
    }
}
