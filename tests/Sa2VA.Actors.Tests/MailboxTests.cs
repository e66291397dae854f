namespace Sa2VA.Actors.Tests;

public sealed class MailboxTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly List<string> _life = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_are_handled_in_the_order_sent()
    {
        await using var system = new ActorSystem();
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        foreach (var word in (string[])["a", "b", "c"]) await parrot.TellAsync(new Order.Say(word), Stop);
        var heard = await parrot.AskAsync<IReadOnlyList<string>>(r => new Order.Heard(r), Long, Stop);
        Assert.Equal(["a", "b", "c"], heard);
    }

    [Fact]
    public async Task A_full_mailbox_makes_the_sender_wait_until_there_is_room()
    {
        await using var system = new ActorSystem();
        var parrot = system.Spawn("parrot", () => new Parrot(_life), new ActorOptions { MailboxCapacity = 1 });
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await parrot.TellAsync(new Order.Hold(entered, gate.Task), Stop);
        await entered.Task;
        await parrot.TellAsync(new Order.Say("fits"), Stop);

        Assert.False(parrot.TryTell(new Order.Say("no room")));
        var waiting = parrot.TellAsync(new Order.Say("waits"), Stop).AsTask();
        Assert.False(waiting.IsCompleted);

        gate.SetResult();
        await waiting;
        var heard = await parrot.AskAsync<IReadOnlyList<string>>(r => new Order.Heard(r), Long, Stop);
        Assert.Equal(["fits", "waits"], heard);
    }

    [Fact]
    public async Task A_question_without_an_answer_times_out_on_the_systems_clock()
    {
        var time = new ManualTime();
        await using var system = new ActorSystem(time);
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        var asking = parrot.AskAsync<int>(r => new Order.Ignore(r), TimeSpan.FromSeconds(5), Stop);
        await time.TimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<AskTimeoutException>(() => asking);
        Assert.Contains("'parrot'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Ignore", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_failure_of_a_question_reaches_the_asker()
    {
        await using var system = new ActorSystem();
        var thrower = system.Spawn("thrower", () => new Thrower(), new ActorOptions { Supervision = SupervisionStrategy.StopOnFailure });
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => thrower.AskAsync<int>(r => r, Long, Stop));
        Assert.Equal("cannot", failure.Message);
    }

    [Fact]
    public async Task Cancelling_a_question_is_not_a_timeout()
    {
        await using var system = new ActorSystem();
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        using var cancel = new CancellationTokenSource();
        var asking = parrot.AskAsync<int>(r => new Order.Ignore(r), Long, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Mail_to_a_stopped_actor_becomes_a_dead_letter_and_a_question_fails_at_once()
    {
        await using var system = new ActorSystem();
        var dead = new List<DeadLetter>();
        system.DeadLetters += dead.Add;
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        await parrot.StopAsync(cancellationToken: Stop);

        await parrot.TellAsync(new Order.Say("hello?"), Stop);
        await Assert.ThrowsAsync<DeadLetterException>(() => parrot.AskAsync<int>(r => new Order.Ignore(r), Long, Stop));
        Assert.Equal(["Say", "Ignore"], dead.Select(d => d.Message!.GetType().Name));
        Assert.All(dead, d => Assert.Equal("parrot", d.Path));
    }

    [Fact]
    public async Task A_reply_counts_once()
    {
        var reply = new ReplyTo<int>();
        Assert.True(reply.Reply(1));
        Assert.False(reply.Reply(2));
        Assert.False(reply.Fail(new InvalidOperationException()));
        await Task.CompletedTask;
    }

    private sealed class Thrower : Actor<ReplyTo<int>>
    {
        public override ValueTask ReceiveAsync(ReplyTo<int> message, CancellationToken cancellationToken)
            => throw new InvalidOperationException("cannot");
    }
}
