namespace Sa2VA.Actors.Tests;

public sealed class ShutdownTests
{
    private readonly List<string> _life = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_system_stops_the_youngest_first_after_its_mail_is_handled()
    {
        var system = new ActorSystem();
        var first = system.Spawn("first", () => new Parrot(_life, "first"));
        await first.TellAsync(new Order.Say("a"), Stop);
        var second = system.Spawn("second", () => new Parrot(_life, "second"));
        for (var i = 0; i < 20; i++) await second.TellAsync(new Order.Say($"{i}"), Stop);
        await system.DisposeAsync();

        Assert.Equal(20, _life.Count(l => l.StartsWith("second says", StringComparison.Ordinal)));
        Assert.True(_life.IndexOf("second stops") < _life.IndexOf("first stops"));
        Assert.Throws<ObjectDisposedException>(() => system.Spawn("late", () => new Parrot(_life)));
    }

    [Fact]
    public async Task Stopping_without_draining_cancels_the_message_in_hand_and_buries_the_rest()
    {
        await using var system = new ActorSystem();
        var dead = new List<DeadLetter>();
        system.DeadLetters += dead.Add;
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        var entered = new TaskCompletionSource();
        await parrot.TellAsync(new Order.Hold(entered, new TaskCompletionSource().Task), Stop);
        await parrot.TellAsync(new Order.Say("never"), Stop);
        await entered.Task;
        await parrot.StopAsync(drain: false, Stop);

        Assert.Equal(["parrot starts", "parrot stops"], _life);
        Assert.Equal("never", Assert.IsType<Order.Say>(Assert.Single(dead).Message).Word);
    }

    [Fact]
    public async Task An_actor_that_does_not_finish_within_the_grace_period_is_cut_short()
    {
        var time = new ManualTime();
        var system = new ActorSystem(time, gracePeriod: TimeSpan.FromSeconds(3));
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        var entered = new TaskCompletionSource();
        await parrot.TellAsync(new Order.Hold(entered, new TaskCompletionSource().Task), Stop);
        await entered.Task;
        var stopping = system.DisposeAsync().AsTask();
        await time.TimersAsync(1);
        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        await stopping.WaitAsync(Stop);
        Assert.Contains("parrot stops", _life);
    }

    [Fact]
    public async Task Two_living_actors_cannot_share_a_name()
    {
        await using var system = new ActorSystem();
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        Assert.Throws<InvalidOperationException>(() => system.Spawn("parrot", () => new Parrot(_life)));
        await parrot.StopAsync(cancellationToken: Stop);
        system.Spawn("parrot", () => new Parrot(_life));
    }
}
