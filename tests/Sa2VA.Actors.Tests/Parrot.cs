namespace Sa2VA.Actors.Tests;

/// <summary>What the small actors of these tests understand.</summary>
internal abstract record Order
{
    public sealed record Say(string Word) : Order;

    public sealed record Fail(string Reason) : Order;

    public sealed record Heard(ReplyTo<IReadOnlyList<string>> Reply) : Order;

    /// <summary>Says that it was entered, then holds the actor until the gate opens or its token is cancelled.</summary>
    public sealed record Hold(TaskCompletionSource Entered, Task Gate) : Order;

    public sealed record Ignore(ReplyTo<int> Reply) : Order;
}

/// <summary>Remembers the words it was told; writes its life into a log that outlives it.</summary>
internal sealed class Parrot(List<string> life, string name = "parrot") : Actor<Order>
{
    private readonly List<string> _words = [];

    public override ValueTask PreStartAsync(CancellationToken cancellationToken)
    {
        lock (life) life.Add($"{name} starts");
        return default;
    }

    public override async ValueTask ReceiveAsync(Order message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case Order.Say(var word):
                _words.Add(word);
                lock (life) life.Add($"{name} says {word}");
                break;
            case Order.Fail(var reason):
                throw new InvalidOperationException(reason);
            case Order.Heard(var reply):
                reply.Reply([.. _words]);
                break;
            case Order.Hold(var entered, var gate):
                entered.TrySetResult();
                await gate.WaitAsync(cancellationToken);
                break;
        }
    }

    public override ValueTask PostStopAsync()
    {
        lock (life) life.Add($"{name} stops");
        return default;
    }
}
