using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Display;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Runs;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Running;

/// <summary>One <c>sa2va run</c>: the work, then the files that people and programs look at, then what to say about it.</summary>
internal static class RunSession
{
    public static async Task<int> ExecuteAsync(RunArguments arguments, CancellationToken cancellationToken)
    {
        OutputFolder.Prepare(arguments.OutputFolder);
        torch.set_num_threads(arguments.Threads);
        var display = RunDisplay.Create(arguments.Json);
        var (result, files) = await display.ShowAsync(progress => WorkAsync(arguments, progress, cancellationToken));
        return RunReport.Write(arguments, result, files, filesStopped: cancellationToken.IsCancellationRequested);
    }

    private static async Task<(RunResult Result, OutputFiles? Files)> WorkAsync(
        RunArguments arguments, IProgress<RunStatus> progress, CancellationToken cancellationToken)
    {
        var result = await VideoRun.ExecuteAsync(arguments.Request, new StageProgress(progress), cancellationToken: cancellationToken);

        // A run that failed on the way keeps the frames before; an interrupted one will be continued, and files are made at its end.
        if (result.Outcome == RunOutcome.Interrupted || result.FramesDone == 0)
            return (result, null);
        try
        {
            return (result, await OutputFiles.WriteAsync(arguments, result, progress, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (result, null);
        }
    }

    /// <summary>Puts the pipeline's stages into words.</summary>
    private sealed class StageProgress(IProgress<RunStatus> target) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            var stage = value.Stage switch
            {
                RunStage.Probing => "Reading the video",
                RunStage.LoadingModel => "Loading the model",
                RunStage.Grounding => "Asking the model",
                RunStage.Prompting => "Decoding key frames",
                RunStage.Tracking => "Tracking",
                _ => "Finishing",
            };
            var counts = value.Stage is RunStage.Tracking or RunStage.Finishing;
            target.Report(new RunStatus(stage, value.FramesDone, counts ? value.FramesTotal : null, value.ResumedAt, value.Message));
        }
    }
}
