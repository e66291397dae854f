using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Annotation;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Annotation.Sources;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Annotating;

/// <summary>One <c>sa2va annotate</c>.</summary>
internal static class AnnotateSession
{
    public static async Task<int> ExecuteAsync(AnnotateArguments arguments, CancellationToken stop)
    {
        OutputFolder.Prepare(arguments.OutputFolder);
        var output = new AnnotateOutput(arguments.Json);
        await using var host = arguments.Model is { } folder ? Host(folder, arguments) : null;
        using var endpoint = arguments.Endpoint is { } options ? new EndpointDescriber(options) : null;
        using var check = arguments.Check is { } other ? new EndpointDescriber(other) : null;
        IDescriber describer = endpoint is not null ? endpoint : new ModelDescriber(host!, NameOf(arguments.Model!));
        var request = new AnnotationRequest
        {
            OutputFolder = arguments.OutputFolder,
            WorkFolder = Path.Combine(arguments.OutputFolder, "work"),
            Describer = describer,
            Checker = check ?? describer,
            Rules = arguments.Rules,
            Split = arguments.Split,
            Jobs = arguments.Jobs,
            WriteFrames = arguments.WriteFrames,
            KeepPictures = arguments.KeepPictures,
        };
        try
        {
            return output.Write(await AnnotationRun.ExecuteAsync(request, Videos(arguments, stop), output, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return output.WriteInterrupted();
        }
    }

    private static IAsyncEnumerable<ExportVideo> Videos(AnnotateArguments arguments, CancellationToken stop) =>
        arguments.Masks is { } masks ? AnnotationSources.ReadAsync(arguments.Video!, masks, stop)
        : arguments.Dataset is { } dataset ? DatasetObjects.ReadAsync(DatasetOpener.Open(dataset, arguments.Format, arguments.DatasetSplit), stop)
        : AnnotationSources.ReadAsync(arguments.Sources, arguments.Video, stop);

    private static ModelHost Host(string folder, AnnotateArguments arguments)
    {
        torch.set_num_threads(arguments.Threads);
        return new ModelHost(folder, arguments.Device);
    }

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
