using System.Runtime.InteropServices;

namespace Sa2VA.Cli;

/// <summary>
/// Ctrl-C and SIGTERM. The first asks the run to checkpoint and end; the second ends the process at once, which loses no more than
/// what was done since the last checkpoint.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _requests;

    public StopSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    /// <summary>Asked first at Ctrl-C: true when it was for something smaller than the whole command, for example an answer.</summary>
    public static Func<bool>? Interceptor { get; set; }

    public CancellationToken Token => _stop.Token;

    public bool IsRequested => _stop.IsCancellationRequested;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGINT && Interceptor?.Invoke() == true)
        {
            context.Cancel = true;
            return;
        }

        if (Interlocked.Increment(ref _requests) > 1)
            Environment.Exit(ExitCodes.Interrupted);
        context.Cancel = true;
        Console.Error.WriteLine("sa2va: stopping when what is done is kept; press Ctrl-C again to stop at once");
        _stop.Cancel();
    }
}
