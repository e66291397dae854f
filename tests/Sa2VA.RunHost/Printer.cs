using Sa2VA.Cluster.Runs;

namespace Sa2VA.RunHost;

/// <summary>Prints at once: a killed process leaves exactly the lines that it came to.</summary>
internal sealed class Printer : IProgress<RunProgress>
{
    public void Report(RunProgress value)
    {
        Console.WriteLine($"{value.Stage} {value.FramesDone} {value.Message}");
        Console.Out.Flush();
    }
}
