namespace Sa2VA.Actors.Tests;

public sealed class SupervisionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly List<string> _life = [];
    private readonly ManualTime _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failed_actor_restarts_fresh_after_its_back_off_and_keeps_its_mail()
    {
        await using var system = new ActorSystem(_time);
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        await parrot.TellAsync(new Order.Say("before"), Stop);
        await parrot.TellAsync(new Order.Fail("oops"), Stop);
        await parrot.TellAsync(new Order.Say("after"), Stop);
        await _time.TimersAsync(1);
        Assert.Equal(["parrot starts", "parrot says before", "parrot stops"], _life);

        _time.Advance(TimeSpan.FromMilliseconds(100));
        var heard = await parrot.AskAsync<IReadOnlyList<string>>(r => new Order.Heard(r), Long, Stop);
        Assert.Equal(["after"], heard);
    }

    [Fact]
    public async Task Back_off_doubles_with_each_failure_in_a_row()
    {
        await using var system = new ActorSystem(_time);
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        foreach (var expected in (int[])[100, 200, 400])
        {
            await parrot.TellAsync(new Order.Fail("again"), Stop);
            await _time.TimersAsync(1);
            _time.Advance(TimeSpan.FromMilliseconds(expected - 1));
            await _time.TimersAsync(1);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await parrot.AskAsync<IReadOnlyList<string>>(r => new Order.Heard(r), Long, Stop);
        Assert.Equal(4, _life.Count(l => l == "parrot starts"));
    }

    [Fact]
    public async Task An_actor_that_fails_too_often_stops_with_its_last_failure()
    {
        await using var system = new ActorSystem(_time);
        var strategy = SupervisionStrategy.Default with { MaxRestarts = 1 };
        var parrot = system.Spawn("parrot", () => new Parrot(_life), new ActorOptions { Supervision = strategy });
        await parrot.TellAsync(new Order.Fail("first"), Stop);
        await parrot.TellAsync(new Order.Fail("second"), Stop);
        await _time.TimersAsync(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => parrot.Terminated);
        Assert.Equal("second", failure.Message);
    }

    [Fact]
    public async Task A_calm_period_forgives_earlier_failures()
    {
        await using var system = new ActorSystem(_time);
        var strategy = SupervisionStrategy.Default with { MaxRestarts = 1, CalmAfter = TimeSpan.FromMinutes(1) };
        var parrot = system.Spawn("parrot", () => new Parrot(_life), new ActorOptions { Supervision = strategy });
        for (var i = 0; i < 3; i++)
        {
            await parrot.TellAsync(new Order.Fail("now and then"), Stop);
            await _time.TimersAsync(1);
            _time.Advance(TimeSpan.FromSeconds(1));
            await parrot.AskAsync<IReadOnlyList<string>>(r => new Order.Heard(r), Long, Stop);
            _time.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Equal(4, _life.Count(l => l == "parrot starts"));
    }

    [Fact]
    public async Task Resume_keeps_the_state()
    {
        await using var system = new ActorSystem(_time);
        var strategy = SupervisionStrategy.Default with { Decider = static _ => Directive.Resume };
        var parrot = system.Spawn("parrot", () => new Parrot(_life), new ActorOptions { Supervision = strategy });
        await parrot.TellAsync(new Order.Say("kept"), Stop);
        await parrot.TellAsync(new Order.Fail("oops"), Stop);
        Assert.Equal(["kept"], await parrot.AskAsync<IReadOnlyList<string>>(r => new Order.Heard(r), Long, Stop));
    }

    [Fact]
    public async Task An_escalated_failure_restarts_the_parent_and_with_it_the_children()
    {
        await using var system = new ActorSystem(_time);
        var parent = system.Spawn("parent", () => new Parent(_life));
        await parent.TellAsync("fail", Stop);
        await _time.TimersAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await parent.TellAsync("stop", Stop);
        await parent.Terminated.WaitAsync(Stop);
        Assert.Equal(
            ["parent starts", "child starts", "child stops", "parent stops", "parent starts", "child starts", "child stops", "parent stops"],
            _life);
    }

    [Fact]
    public async Task Stopping_during_a_back_off_does_not_wait_for_it()
    {
        await using var system = new ActorSystem(_time);
        var parrot = system.Spawn("parrot", () => new Parrot(_life));
        await parrot.TellAsync(new Order.Fail("oops"), Stop);
        await _time.TimersAsync(1);
        await parrot.StopAsync(drain: false, Stop);
        Assert.True(parrot.Terminated.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(9, 25600)]
    [InlineData(10, 30000)]
    [InlineData(1000, 30000)]
    public void Back_off_is_capped(int attempt, int milliseconds)
        => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), SupervisionStrategy.Default.Backoff(attempt));

    private sealed class Parent(List<string> life) : Actor<string>
    {
        private ActorRef<Order> _child = null!;

        public override async ValueTask PreStartAsync(CancellationToken cancellationToken)
        {
            lock (life) life.Add("parent starts");
            _child = Context.Spawn("child", () => new Parrot(life, "child"), new ActorOptions { Supervision = SupervisionStrategy.EscalateOnFailure });

            // Waiting until the child is at work makes the order of the life log certain.
            var entered = new TaskCompletionSource();
            await _child.TellAsync(new Order.Hold(entered, Task.CompletedTask), cancellationToken);
            await entered.Task;
        }

        public override async ValueTask ReceiveAsync(string message, CancellationToken cancellationToken)
        {
            if (message == "stop") Context.StopSelf();
            else await _child.TellAsync(new Order.Fail("child's fault"), cancellationToken);
        }

        public override ValueTask PostStopAsync()
        {
            lock (life) life.Add("parent stops");
            return default;
        }
    }
}
