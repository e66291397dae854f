using Spectre.Console;

namespace Sa2VA.Cli.Display;

/// <summary>A live line with a bar on the error stream, for a person at a terminal.</summary>
internal sealed class LiveDisplay(TimeProvider time) : RunDisplay
{
    public override async Task<T> ShowAsync<T>(Func<IProgress<RunStatus>, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn())
            .StartAsync(context => work(new Reporter(console, context.AddTask("Starting", maxValue: 1), time)));
    }

    private sealed class Reporter(IAnsiConsole console, ProgressTask bar, TimeProvider time) : IProgress<RunStatus>
    {
        private readonly Lock _gate = new();
        private readonly RateMeter _meter = new(time);

        public void Report(RunStatus value)
        {
            lock (_gate)
            {
                _meter.Update(value);
                bar.Description = Markup.Escape(_meter.Describe(value));
                bar.IsIndeterminate = value.Total is not > 0;
                bar.MaxValue = Math.Max(1, value.Total ?? 1);
                bar.Value = value.Done;
                if (value.Message is { } message)
                    console.MarkupLineInterpolated($"[grey]{message}[/]");
            }
        }
    }
}
