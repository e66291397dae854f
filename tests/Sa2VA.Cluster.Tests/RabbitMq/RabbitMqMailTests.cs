using System.Text;
using System.Threading.Channels;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>Mail between nodes on a real server.</summary>
public sealed class RabbitMqMailTests(Broker broker) : IClassFixture<Broker>, IAsyncLifetime
{
    private readonly RabbitMqOptions _options = broker.NewOptions();
    private readonly ManualTime _time = new();
    private ServerEndpoint _endpoint = null!;
    private RabbitMqTransport _here = null!;
    private RabbitMqTransport _there = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await broker.EndpointAsync(Stop);
        _here = await Broker.ConnectAsync(_endpoint, _options, _time);
        _there = await Broker.ConnectAsync(_endpoint, _options with { NodeName = "node-b" });
    }

    public async ValueTask DisposeAsync()
    {
        if (_here is not null) await _here.DisposeAsync();
        if (_there is not null) await _there.DisposeAsync();
    }

    [Fact]
    public async Task Mail_goes_to_the_newest_owner_of_its_key_on_whatever_node()
    {
        var (older, newer) = (new Receiver(), new Receiver());
        await using var old = await _here.BindAsync("video.1", older.ReceiveAsync, Stop);
        Assert.True(await _there.SendAsync("video.1", Bytes("one"), Stop));
        Assert.Equal("one", await older.NextAsync());

        await using var young = await _there.BindAsync("video.1", newer.ReceiveAsync, Stop);
        Assert.True(await _here.SendAsync("video.1", Bytes("two"), Stop));
        Assert.Equal("two", await newer.NextAsync());

        await old.DisposeAsync(); // a fenced actor leaves late
        Assert.True(await _here.SendAsync("video.1", Bytes("three"), Stop));
        Assert.Equal("three", await newer.NextAsync());
        await young.DisposeAsync();
        Assert.False(await _here.SendAsync("video.1", Bytes("four"), Stop));
    }

    [Fact]
    public async Task A_newer_binding_on_the_same_node_takes_the_mail_over()
    {
        var (older, newer) = (new Receiver(), new Receiver());
        var old = await _here.BindAsync("video.1", older.ReceiveAsync, Stop);
        await using var young = await _here.BindAsync("video.1", newer.ReceiveAsync, Stop);
        await old.DisposeAsync();
        Assert.True(await _there.SendAsync("video.1", Bytes("hello"), Stop));
        Assert.Equal("hello", await newer.NextAsync());
        Assert.Equal(0, older.Waiting);
    }

    [Fact]
    public async Task Mail_to_a_node_that_has_gone_comes_back()
    {
        await _there.BindAsync("video.1", new Receiver().ReceiveAsync, Stop);
        Assert.True(await _here.SendAsync("video.1", Bytes("hello"), Stop));
        await _there.DisposeAsync();
        while (await _here.SendAsync("video.1", Bytes("are you there?"), Stop)) await Task.Yield(); // the server takes the queue of a lost connection away a moment later
    }

    [Fact]
    public async Task A_key_gets_one_letter_at_a_time_in_order_and_does_not_keep_others_waiting()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (slow, quick) = (new Receiver(gate.Task), new Receiver());
        await using var one = await _here.BindAsync("video.1", slow.ReceiveAsync, Stop);
        await using var two = await _here.BindAsync("video.2", quick.ReceiveAsync, Stop);
        foreach (var letter in (string[])["a", "b", "c"]) Assert.True(await _there.SendAsync("video.1", Bytes(letter), Stop));
        Assert.True(await _there.SendAsync("video.2", Bytes("x"), Stop));
        Assert.Equal("x", await quick.NextAsync());
        Assert.Equal(0, slow.Waiting);
        gate.SetResult();
        Assert.Equal(["a", "b", "c"], [await slow.NextAsync(), await slow.NextAsync(), await slow.NextAsync()]);
        Assert.Equal(1, slow.MostAtOnce);
    }

    [Fact]
    public async Task Mail_that_was_accepted_is_handed_over_before_the_key_is_unbound()
    {
        var receiver = new Receiver();
        var binding = await _here.BindAsync("video.1", receiver.ReceiveAsync, Stop);
        for (var i = 0; i < 300; i++) Assert.True(await _there.SendAsync("video.1", Bytes($"{i}"), Stop));
        await binding.DisposeAsync();
        Assert.Equal(300, receiver.Waiting);
        for (var i = 0; i < 300; i++) Assert.Equal($"{i}", await receiver.NextAsync());
    }

    [Fact]
    public async Task A_receiver_that_fails_gets_the_next_letter()
    {
        var receiver = new Receiver();
        await using var binding = await _here.BindAsync("video.1", ReceiveAsync, Stop);
        Assert.True(await _there.SendAsync("video.1", Bytes("bad"), Stop));
        Assert.True(await _there.SendAsync("video.1", Bytes("good"), Stop));
        Assert.Equal("good", await receiver.NextAsync());

        ValueTask ReceiveAsync(ReadOnlyMemory<byte> letter, CancellationToken stop)
            => letter.Span.SequenceEqual("bad"u8) ? throw new InvalidDataException("It cannot be read.") : receiver.ReceiveAsync(letter, stop);
    }

    [Fact]
    public async Task A_receiver_that_unbinds_itself_does_not_wait_for_itself_for_ever()
    {
        IAsyncDisposable? binding = null;
        var waiting = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        binding = await _here.BindAsync(
            "video.1",
            async (_, _) =>
            {
                var unbinding = binding!.DisposeAsync().AsTask();
                waiting.SetResult(unbinding);
                await unbinding;
            },
            Stop);
        Assert.True(await _there.SendAsync("video.1", Bytes("leave"), Stop));
        var unbound = await waiting.Task;
        _time.Advance(Mailbox.DrainTime);
        await unbound;
        Assert.False(await _there.SendAsync("video.1", Bytes("gone?"), Stop));
    }

    [Fact]
    public async Task A_key_that_the_protocol_cannot_carry_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _here.SendAsync(new string('k', 256), Bytes("x"), Stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _here.BindAsync("", new Receiver().ReceiveAsync, Stop));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Receiver(Task? gate = null)
    {
        private readonly Channel<string> _letters = Channel.CreateUnbounded<string>();
        private int _atOnce;

        public int Waiting => _letters.Reader.Count;

        public int MostAtOnce { get; private set; }

        public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            if (gate is not null) await gate.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref _atOnce);
            _letters.Writer.TryWrite(Encoding.UTF8.GetString(letter.Span));
        }

        public async Task<string> NextAsync() => await _letters.Reader.ReadAsync(Stop);
    }
}
