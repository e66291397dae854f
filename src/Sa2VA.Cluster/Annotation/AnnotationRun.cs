using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Annotation.Actors;
using Sa2VA.Cluster.Annotation.Datasets;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Annotation;

/// <summary>
/// The annotation pipeline of Ref-SAV (Sa2VA, section 3.3) over videos with masks: descriptions of every object at the levels of object, scene and
/// video, and a dataset of them. Every answer is in a journal before the next question is asked: stopped or killed, the same call goes on, and
/// nothing is asked twice that was answered.
/// </summary>
public static class AnnotationRun
{
    /// <summary>Annotates all videos and writes the dataset.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="videos">The videos, in an order that does not change when the work goes on.</param>
    /// <param name="news">Told of every object that is settled; reports come from any thread.</param>
    /// <param name="cancellationToken">Stops; questions under way are given up, and the same call goes on.</param>
    /// <exception cref="RunException">The request cannot be served, or another process took over.</exception>
    /// <exception cref="Describing.DescriberException">A model did not answer; the same call goes on.</exception>
    /// <exception cref="ExportException">The videos cannot be listed.</exception>
    public static async Task<AnnotationSummary> ExecuteAsync(
        AnnotationRequest request, IAsyncEnumerable<ExportVideo> videos, IProgress<AnnotationNews>? news, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        try
        {
            Directory.CreateDirectory(request.WorkFolder);
            using var journal = SqliteJournal.Open(Path.Combine(request.WorkFolder, "annotations.db"));
            return await ExecuteAsync(request, videos, journal, news, cancellationToken);
        }
        catch (Exception failure) when (failure is FencedException or SqliteException && RunFailures.Of(failure) is { } reason)
        {
            throw new RunException(reason.Kind, reason.Message, failure);
        }
    }

    private static async Task<AnnotationSummary> ExecuteAsync(
        AnnotationRequest request, IAsyncEnumerable<ExportVideo> videos, IJournal journal, IProgress<AnnotationNews>? news, CancellationToken cancellationToken)
    {
        await using var system = new ActorSystem();
        using var turns = new SemaphoreSlim(request.Jobs);
        // Questions wait for a server, and many may be under way; frames are work for this machine.
        using var encoders = new SemaphoreSlim(Math.Min(request.Jobs, Environment.ProcessorCount));
        var done = new ConcurrentDictionary<int, (ExportVideo Source, AnnotatedVideo Video)>();
        var asked = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = request.Jobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(NumberedAsync(videos, cancellationToken), parallel, async (one, stop) =>
        {
            var owner = $"{Environment.MachineName}:{Environment.ProcessId}";
            var actor = system.Spawn($"annotation-{one.Number}", () => new AnnotationActor(journal, owner, one.Video.Name), AnnotationActor.Options);
            var annotator = new VideoAnnotator(one.Video, request, actor, turns, () => Interlocked.Increment(ref asked), news);
            done[one.Number] = (one.Video, await AnnotateAsync(request, one.Video, annotator, actor, encoders, stop));
            await actor.StopAsync(cancellationToken: stop);
        });
        var all = done.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();
        if (all.Count == 0) throw new ExportException("There is no video with masks to annotate.");
        return new AnnotationSummary([.. all.Select(one => one.Video)], asked, await AnnotationDataset.WriteAsync(request, all, cancellationToken));
    }

    /// <summary>One video; what is wrong with it alone does not hold up the others.</summary>
    private static async Task<AnnotatedVideo> AnnotateAsync(
        AnnotationRequest request, ExportVideo video, VideoAnnotator annotator, ActorRef<AnnotationCommand> actor, SemaphoreSlim encoders, CancellationToken cancellationToken)
    {
        try
        {
            var annotated = await annotator.RunAsync(cancellationToken);
            if (!request.WriteFrames || !annotated.Objects.Any(one => one.IsKept)) return annotated;
            await encoders.WaitAsync(cancellationToken);
            try
            {
                await DatasetFrames.WriteAsync(video, annotated.Plan!, request.OutputFolder, cancellationToken);
            }
            finally
            {
                encoders.Release();
            }

            return annotated;
        }
        catch (DeadLetterException) when (actor.Terminated is { IsFaulted: true, Exception.InnerException: { } ended })
        {
            // Another object of the video was the first to hear of it.
            throw ended is FencedException ? ended : new InvalidOperationException($"The owner of '{video.Name}' failed: {ended.Message}", ended);
        }
        catch (Exception failure) when (failure is MediaException or ExportException or InvalidDataException)
        {
            return new AnnotatedVideo(video.Name, Plan: null, [], failure);
        }
    }

    private static async IAsyncEnumerable<(int Number, ExportVideo Video)> NumberedAsync(IAsyncEnumerable<ExportVideo> videos, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        await foreach (var video in videos.WithCancellation(cancellationToken)) yield return (number++, video);
    }
}
