using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Tests.Servers;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Conversations;

/// <summary>Conversations on real nodes before real servers.</summary>
public sealed class ConversationNodeTests(ServersFixture servers, RunSamples samples) : IAsyncDisposable
{
    private readonly ConversationCluster _cluster = new(servers, samples);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_conversation_goes_on_at_another_node_as_if_it_had_never_left()
    {
        string[] questions = ["What is it?", "And behind it?", "What is it?"];
        var first = await _cluster.StartNodeAsync("first");
        var id = await _cluster.BeginAsync();
        var said = new List<TurnRecord> { await _cluster.AskAsync(id, questions[0]), await _cluster.AskAsync(id, questions[1]) };
        Assert.Equal([id], first.Node.Conversations);
        Assert.True(await first.DrainAsync());
        await _cluster.StartNodeAsync("second");
        said.Add(await _cluster.AskAsync(id, questions[2]));

        Assert.Equal(["first", "first", "second"], said.Select(turn => turn.Node));
        Assert.Equal(await AloneAsync(_cluster.About(), questions), said.Select(TokensOf));
        Assert.NotEqual(TokensOf(said[0]), TokensOf(said[2]));
        var view = (await _cluster.Connection.Conversations.FindAsync(id, Stop))!;
        Assert.Equal((3, 0, "second"), (view.Turns, view.Open, view.Node));
    }

    [Fact]
    public async Task An_answer_whose_node_is_lost_is_given_again_and_recorded_once()
    {
        var about = _cluster.About() with { MaxNewTokens = 1000 };
        var first = await _cluster.StartNodeAsync("first");
        var id = await _cluster.BeginAsync(about);
        var turn = await _cluster.SendAsync(id, "Tell me everything");
        await _cluster.HearAsync(id, happened => happened.Type == ConversationNews.Text);
        await first.LoseAsync();
        await _cluster.StartNodeAsync("second");
        var over = await _cluster.OverAsync(id, turn);

        Assert.Equal("second", over.Node);
        Assert.Equal(await AloneAsync(about, ["Tell me everything"]), [TokensOf(over)]);
        var heard = await _cluster.HearAsync(id, happened => happened.Type == ConversationNews.TurnOver);
        Assert.Equal([false, true], heard.Where(one => one.Type == ConversationNews.AnswerBegan).Select(one => ConversationCluster.Detail<BegunAnswer>(one).Restarted));
        // Who was lost may still have spoken: only what follows the second begin counts, from whoever it is the same.
        Assert.Single((await _cluster.Mailer.ReadAsync(id, Stop)).Turns);

        // The first comes to the end of its answer, and finds that it is nobody's any more.
        await ConversationCluster.UntilWarmAsync(first, 0);
        Assert.Equal(over.At, Assert.Single((await _cluster.Mailer.ReadAsync(id, Stop)).Turns).At);
    }

    [Fact]
    public async Task What_is_not_used_leaves_memory_and_comes_back_with_the_next_question()
    {
        var node = await _cluster.StartNodeAsync("node", new ConversationSettings { Idle = TimeSpan.FromSeconds(1) });
        var id = await _cluster.BeginAsync();
        var said = new List<TurnRecord> { await _cluster.AskAsync(id, "What is it?") };
        await ConversationCluster.UntilWarmAsync(node, 0);
        Assert.All(await _cluster.Connection.Transport.LengthsAsync(Stop), queue => Assert.Equal(0, queue.Waiting));
        said.Add(await _cluster.AskAsync(id, "And behind it?"));
        Assert.Equal(await AloneAsync(_cluster.About(), ["What is it?", "And behind it?"]), said.Select(TokensOf));
    }

    [Fact]
    public async Task A_node_has_so_many_in_memory_and_the_least_recently_used_goes()
    {
        var node = await _cluster.StartNodeAsync("node", new ConversationSettings { Warm = 2 });
        var (a, b, c) = (await _cluster.BeginAsync(), await _cluster.BeginAsync(), await _cluster.BeginAsync());
        foreach (var id in new[] { a, b, a, c }) await _cluster.AskAsync(id, "What is it?");
        Assert.Equal(new[] { a, c }.Order(StringComparer.Ordinal), node.Node.Conversations);
        Assert.Equal("node", (await _cluster.AskAsync(b, "And behind it?")).Node);
        Assert.Equal(new[] { b, c }.Order(StringComparer.Ordinal), node.Node.Conversations);
    }

    [Fact]
    public async Task An_answer_is_stopped_where_it_is_and_the_conversation_goes_on()
    {
        await _cluster.StartNodeAsync("node");
        var id = await _cluster.BeginAsync(_cluster.About() with { Source = null, MaxNewTokens = 8000 });
        var (turn, next) = (await _cluster.SendAsync(id, "Tell me everything"), await _cluster.SendAsync(id, "And then?"));
        await _cluster.HearAsync(id, happened => happened.Type == ConversationNews.Text);
        var open = (await _cluster.Mailer.ReadAsync(id, Stop)).Open;
        await _cluster.Mailer.StopAsync(id, open[1].Id, Stop);
        await _cluster.Mailer.StopAsync(id, open[0].Id, Stop);
        var stopped = await _cluster.OverAsync(id, turn);
        Assert.Equal(TurnState.Stopped, TurnView.Of(stopped).State);
        Assert.InRange(stopped.Answer!.TokenIds.Length, 1, 7999);
        Assert.Empty((await _cluster.OverAsync(id, next)).Answer!.TokenIds);

        var third = await _cluster.SendAsync(id, "More");
        await _cluster.HearAsync(id, happened => happened.Type == ConversationNews.Text && ConversationNews.TurnOf(happened) == third);
        await _cluster.Mailer.StopAsync(id, (await _cluster.Mailer.ReadAsync(id, Stop)).Open[0].Id, Stop);
        Assert.True((await _cluster.OverAsync(id, third)).Asked.IsStopped);
    }

    [Fact]
    public async Task What_is_heard_piece_by_piece_is_the_answer_and_its_objects_have_names()
    {
        await _cluster.StartNodeAsync("node");
        var id = await _cluster.BeginAsync(_cluster.About() with { Model = "tiny" });
        var over = await _cluster.AskAsync(id, "the bar", asksForMask: true);
        Assert.Equal("the bar", Assert.Single(over.Answer!.Objects));
        var text = "";
        foreach (var piece in (await _cluster.HearAsync(id, happened => happened.Type == ConversationNews.TurnOver)).Where(one => one.Type == ConversationNews.Text).Select(ConversationCluster.Detail<SaidText>))
        {
            Assert.Equal(text.Length, piece.From);
            text += piece.Text;
        }

        Assert.Equal(over.Answer.Text, text.Trim());
    }

    [Fact]
    public async Task What_cannot_be_answered_says_why()
    {
        await _cluster.StartNodeAsync("node");
        foreach (var (about, why) in new[]
        {
            (_cluster.About() with { Model = "sam2" }, "plain SAM 2"),
            (_cluster.About() with { Model = "other" }, "no model named 'other'"),
            (_cluster.About() with { Source = "nowhere.mp4" }, "nowhere.mp4"),
            (_cluster.About() with { Frame = 7 }, "frames 0 to 2"),
        })
        {
            var id = await _cluster.BeginAsync(about);
            Assert.Contains(why, (await _cluster.AskAsync(id, "What is it?")).Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_forgotten_is_gone_and_cannot_be_written_any_more()
    {
        var node = await _cluster.StartNodeAsync("node");
        var id = await _cluster.BeginAsync(_cluster.About() with { MaxNewTokens = 8000 });
        await _cluster.SendAsync(id, "Tell me everything");
        await _cluster.HearAsync(id, happened => happened.Type == ConversationNews.Text);
        Assert.True(await _cluster.Mailer.ForgetAsync(id, Stop));
        await ConversationCluster.UntilWarmAsync(node, 0);
        Assert.Null((await _cluster.Mailer.ReadAsync(id, Stop)).Request);
        Assert.Null(await _cluster.Connection.Conversations.FindAsync(id, Stop));
        Assert.False(await _cluster.Mailer.ForgetAsync(id, Stop));
    }

    [Fact]
    public async Task An_owner_that_was_replaced_lets_go_and_the_question_finds_its_answer()
    {
        var node = await _cluster.StartNodeAsync("node");
        var id = await _cluster.BeginAsync();
        await _cluster.AskAsync(id, "What is it?");
        Assert.Equal([id], node.Node.Conversations);
        // Somebody asks who could not reach the owner.
        var key = ConversationHistory.IdOf(id);
        await ConversationHistory.ApplyAsync(_cluster.Connection.Journal, id, "gateway", new ConversationCommand.Ask("q", "And behind it?", AsksForMask: false, Wake: true), DateTimeOffset.UtcNow, Stop);
        var over = await _cluster.OverAsync(id, turn: 2);
        Assert.Equal(await AloneAsync(_cluster.About(), ["What is it?", "And behind it?"]), (await _cluster.Mailer.ReadAsync(id, Stop)).Turns.Select(TokensOf));
        Assert.Equal("node", over.Node);
        Assert.InRange((await _cluster.Connection.Journal.HeadAsync(key, Stop)).Epoch, 4, 6);
    }

    [Fact]
    public async Task A_question_whose_wake_up_was_lost_is_answered_when_it_is_sent_again()
    {
        var id = await _cluster.BeginAsync();
        await _cluster.Mailer.AskAsync(id, "q", "What is it?", asksForMask: false, Stop);
        await foreach (var delivery in _cluster.Connection.Transport.ConsumeAsync([WorkKind.Conversation], 1, Stop))
        {
            Assert.Equal(id, delivery.Item.VideoId);
            await delivery.AcknowledgeAsync(Stop);
            break;
        }

        await _cluster.StartNodeAsync("node");
        await _cluster.Mailer.AskAsync(id, "q", "What is it?", asksForMask: false, Stop);
        Assert.Equal("q", (await _cluster.OverAsync(id, turn: 1)).Asked.Id);
    }

    private static string TokensOf(TurnRecord turn) => string.Join(' ', turn.Answer!.TokenIds);

    /// <summary>The same in one process, without a pause.</summary>
    private async Task<IEnumerable<string>> AloneAsync(ConversationRequest about, IReadOnlyList<string> questions)
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        await using var chat = await ChatSession.OpenAsync(host, new ChatRequest { Source = about.Source, KeyFrames = about.KeyFrames }, Stop);
        var said = new List<string>();
        foreach (var question in questions) said.Add(string.Join(' ', (await chat.AskAsync(question, about.OptionsAt(said.Count + 1), cancellationToken: Stop)).TokenIds));
        return said;
    }
}
